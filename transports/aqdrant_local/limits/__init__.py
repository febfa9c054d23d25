"""What a collection or the machine allows: strict mode, and quotas of memory and disk."""
