"""Qdrant's messages and calls as tables for the codec. Generated from the protos; not edited.

A field is written `number name type`, then `?` if it tells absent from zero, `*` if it repeats, and
`|oneof` if it belongs to one; `map>type` is a map from strings.
"""

from __future__ import annotations

__all__ = ["ENUMS", "MESSAGES", "METHODS"]

METHODS: dict[str, str] = {
    "/grpc.health.v1.Health/Check": (
        "grpc.health.v1.HealthCheckRequest grpc.health.v1.HealthCheckResponse"
    ),
    "/qdrant.Collections/CollectionClusterInfo": (
        "CollectionClusterInfoRequest CollectionClusterInfoResponse"
    ),
    "/qdrant.Collections/CollectionExists": "CollectionExistsRequest CollectionExistsResponse",
    "/qdrant.Collections/Create": "CreateCollection CollectionOperationResponse",
    "/qdrant.Collections/CreateShardKey": "CreateShardKeyRequest CreateShardKeyResponse",
    "/qdrant.Collections/Delete": "DeleteCollection CollectionOperationResponse",
    "/qdrant.Collections/DeleteShardKey": "DeleteShardKeyRequest DeleteShardKeyResponse",
    "/qdrant.Collections/Get": "GetCollectionInfoRequest GetCollectionInfoResponse",
    "/qdrant.Collections/List": "ListCollectionsRequest ListCollectionsResponse",
    "/qdrant.Collections/ListAliases": "ListAliasesRequest ListAliasesResponse",
    "/qdrant.Collections/ListCollectionAliases": "ListCollectionAliasesRequest ListAliasesResponse",
    "/qdrant.Collections/ListShardKeys": "ListShardKeysRequest ListShardKeysResponse",
    "/qdrant.Collections/Update": "UpdateCollection CollectionOperationResponse",
    "/qdrant.Collections/UpdateAliases": "ChangeAliases CollectionOperationResponse",
    "/qdrant.Collections/UpdateCollectionClusterSetup": (
        "UpdateCollectionClusterSetupRequest UpdateCollectionClusterSetupResponse"
    ),
    "/qdrant.Points/ClearPayload": "ClearPayloadPoints PointsOperationResponse",
    "/qdrant.Points/Count": "CountPoints CountResponse",
    "/qdrant.Points/CreateFieldIndex": "CreateFieldIndexCollection PointsOperationResponse",
    "/qdrant.Points/CreateVectorName": "CreateVectorNameRequest PointsOperationResponse",
    "/qdrant.Points/Delete": "DeletePoints PointsOperationResponse",
    "/qdrant.Points/DeleteFieldIndex": "DeleteFieldIndexCollection PointsOperationResponse",
    "/qdrant.Points/DeletePayload": "DeletePayloadPoints PointsOperationResponse",
    "/qdrant.Points/DeleteVectorName": "DeleteVectorNameRequest PointsOperationResponse",
    "/qdrant.Points/DeleteVectors": "DeletePointVectors PointsOperationResponse",
    "/qdrant.Points/Discover": "DiscoverPoints DiscoverResponse deprecated",
    "/qdrant.Points/DiscoverBatch": "DiscoverBatchPoints DiscoverBatchResponse deprecated",
    "/qdrant.Points/Facet": "FacetCounts FacetResponse",
    "/qdrant.Points/Get": "GetPoints GetResponse",
    "/qdrant.Points/OverwritePayload": "SetPayloadPoints PointsOperationResponse",
    "/qdrant.Points/Query": "QueryPoints QueryResponse",
    "/qdrant.Points/QueryBatch": "QueryBatchPoints QueryBatchResponse",
    "/qdrant.Points/QueryGroups": "QueryPointGroups QueryGroupsResponse",
    "/qdrant.Points/Recommend": "RecommendPoints RecommendResponse deprecated",
    "/qdrant.Points/RecommendBatch": "RecommendBatchPoints RecommendBatchResponse deprecated",
    "/qdrant.Points/RecommendGroups": "RecommendPointGroups RecommendGroupsResponse deprecated",
    "/qdrant.Points/Scroll": "ScrollPoints ScrollResponse",
    "/qdrant.Points/Search": "SearchPoints SearchResponse deprecated",
    "/qdrant.Points/SearchBatch": "SearchBatchPoints SearchBatchResponse deprecated",
    "/qdrant.Points/SearchGroups": "SearchPointGroups SearchGroupsResponse deprecated",
    "/qdrant.Points/SearchMatrixOffsets": "SearchMatrixPoints SearchMatrixOffsetsResponse",
    "/qdrant.Points/SearchMatrixPairs": "SearchMatrixPoints SearchMatrixPairsResponse",
    "/qdrant.Points/SetPayload": "SetPayloadPoints PointsOperationResponse",
    "/qdrant.Points/UpdateBatch": "UpdateBatchPoints UpdateBatchResponse",
    "/qdrant.Points/UpdateVectors": "UpdatePointVectors PointsOperationResponse",
    "/qdrant.Points/Upsert": "UpsertPoints PointsOperationResponse",
    "/qdrant.Qdrant/HealthCheck": "HealthCheckRequest HealthCheckReply",
    "/qdrant.Snapshots/Create": "CreateSnapshotRequest CreateSnapshotResponse",
    "/qdrant.Snapshots/CreateFull": "CreateFullSnapshotRequest CreateSnapshotResponse",
    "/qdrant.Snapshots/Delete": "DeleteSnapshotRequest DeleteSnapshotResponse",
    "/qdrant.Snapshots/DeleteFull": "DeleteFullSnapshotRequest DeleteSnapshotResponse",
    "/qdrant.Snapshots/List": "ListSnapshotsRequest ListSnapshotsResponse",
    "/qdrant.Snapshots/ListFull": "ListFullSnapshotsRequest ListSnapshotsResponse",
}
"""Path → request, answer, and whether it is deprecated."""

MESSAGES: dict[str, str] = {
    "google.protobuf.Timestamp": "1 seconds int64; 2 nanos int32",
    "grpc.health.v1.HealthCheckRequest": "1 service string",
    "grpc.health.v1.HealthCheckResponse": (
        "1 status grpc.health.v1.HealthCheckResponse.ServingStatus"
    ),
    "AbortShardTransfer": (
        "1 shard_id uint32; 4 to_shard_id uint32?; 2 from_peer_id uint64; 3 to_peer_id uint64"
    ),
    "AcornSearchParams": "1 enable bool?; 2 max_selectivity double?",
    "AliasDescription": "1 alias_name string; 2 collection_name string",
    "AliasOperations": (
        "1 create_alias CreateAlias|action; 2 rename_alias RenameAlias|action; "
        "3 delete_alias DeleteAlias|action"
    ),
    "BatchResult": "1 result ScoredPoint*",
    "BinaryQuantization": (
        "1 always_ram bool?; 2 encoding BinaryQuantizationEncoding?; "
        "3 query_encoding BinaryQuantizationQueryEncoding?; 4 memory Memory?"
    ),
    "BinaryQuantizationQueryEncoding": "4 setting BinaryQuantizationQueryEncoding.Setting|variant",
    "Bm25Params": "1 k float?; 2 b float?",
    "BoolIndexParams": "1 on_disk bool?; 2 enable_hnsw bool?; 3 memory Memory?; 4 nested string?",
    "ChangeAliases": "1 actions AliasOperations*; 2 timeout uint64?",
    "ClearPayloadPoints": (
        "1 collection_name string; 2 wait bool?; 3 points PointsSelector?; "
        "4 ordering WriteOrdering?; 5 shard_key_selector ShardKeySelector?; 6 timeout uint64?"
    ),
    "CollectionClusterInfoRequest": "1 collection_name string",
    "CollectionClusterInfoResponse": (
        "1 peer_id uint64; 2 shard_count uint64; 3 local_shards LocalShardInfo*; "
        "4 remote_shards RemoteShardInfo*; 5 shard_transfers ShardTransferInfo*; "
        "6 resharding_operations ReshardingInfo*; 7 time double"
    ),
    "CollectionConfig": (
        "1 params CollectionParams?; 2 hnsw_config HnswConfigDiff?; "
        "3 optimizer_config OptimizersConfigDiff?; 4 wal_config WalConfigDiff?; "
        "5 quantization_config QuantizationConfig?; 6 strict_mode_config StrictModeConfig?; "
        "7 metadata map>Value"
    ),
    "CollectionDescription": "1 name string",
    "CollectionExists": "1 exists bool",
    "CollectionExistsRequest": "1 collection_name string",
    "CollectionExistsResponse": "1 result CollectionExists?; 2 time double",
    "CollectionInfo": (
        "1 status CollectionStatus; 2 optimizer_status OptimizerStatus?; "
        "4 segments_count uint64; 7 config CollectionConfig?; "
        "8 payload_schema map>PayloadSchemaInfo; 9 points_count uint64?; "
        "10 indexed_vectors_count uint64?; 11 warnings CollectionWarning*; "
        "12 update_queue UpdateQueueInfo?; 13 created_at google.protobuf.Timestamp?"
    ),
    "CollectionOperationResponse": "1 result bool; 2 time double",
    "CollectionParams": (
        "3 shard_number uint32; 4 on_disk_payload bool; 5 vectors_config VectorsConfig?; "
        "6 replication_factor uint32?; 7 write_consistency_factor uint32?; "
        "8 read_fan_out_factor uint32?; 9 sharding_method ShardingMethod?; "
        "10 sparse_vectors_config SparseVectorConfig?; 11 read_fan_out_delay_ms uint64?; "
        "12 payload PayloadStorageParams?; 13 id_tracker IdTrackerParams?"
    ),
    "CollectionParamsDiff": (
        "1 replication_factor uint32?; 2 write_consistency_factor uint32?; "
        "3 on_disk_payload bool?; 4 read_fan_out_factor uint32?; "
        "5 read_fan_out_delay_ms uint64?; 6 payload PayloadStorageParams?; "
        "7 id_tracker IdTrackerParams?"
    ),
    "CollectionWarning": "1 message string",
    "Condition": (
        "1 field FieldCondition|condition_one_of; 2 is_empty IsEmptyCondition|condition_one_of; "
        "3 has_id HasIdCondition|condition_one_of; 4 filter Filter|condition_one_of; "
        "5 is_null IsNullCondition|condition_one_of; 6 nested NestedCondition|condition_one_of; "
        "7 has_vector HasVectorCondition|condition_one_of; "
        "8 slice SliceCondition|condition_one_of"
    ),
    "ContextExamplePair": "1 positive VectorExample?; 2 negative VectorExample?",
    "ContextInput": "1 pairs ContextInputPair*",
    "ContextInputPair": "1 positive VectorInput?; 2 negative VectorInput?",
    "CountPoints": (
        "1 collection_name string; 2 filter Filter?; 3 exact bool?; "
        "4 read_consistency ReadConsistency?; 5 shard_key_selector ShardKeySelector?; "
        "6 timeout uint64?"
    ),
    "CountResponse": "1 result CountResult?; 2 time double; 3 usage Usage?",
    "CountResult": "1 count uint64",
    "CreateAlias": "1 collection_name string; 2 alias_name string",
    "CreateCollection": (
        "1 collection_name string; 4 hnsw_config HnswConfigDiff?; 5 wal_config WalConfigDiff?; "
        "6 optimizers_config OptimizersConfigDiff?; 7 shard_number uint32?; "
        "8 on_disk_payload bool?; 9 timeout uint64?; 10 vectors_config VectorsConfig?; "
        "11 replication_factor uint32?; 12 write_consistency_factor uint32?; "
        "14 quantization_config QuantizationConfig?; 15 sharding_method ShardingMethod?; "
        "16 sparse_vectors_config SparseVectorConfig?; 17 strict_mode_config StrictModeConfig?; "
        "18 metadata map>Value; 19 payload PayloadStorageParams?; 20 id_tracker IdTrackerParams?"
    ),
    "CreateFieldIndexCollection": (
        "1 collection_name string; 2 wait bool?; 3 field_name string; 4 field_type FieldType?; "
        "5 field_index_params PayloadIndexParams?; 6 ordering WriteOrdering?; 7 timeout uint64?"
    ),
    "CreateFullSnapshotRequest": "",
    "CreateShardKey": (
        "1 shard_key ShardKey?; 2 shards_number uint32?; 3 replication_factor uint32?; "
        "4 placement uint64*; 5 initial_state ReplicaState?"
    ),
    "CreateShardKeyRequest": (
        "1 collection_name string; 2 request CreateShardKey?; 3 timeout uint64?"
    ),
    "CreateShardKeyResponse": "1 result bool; 2 time double",
    "CreateSnapshotRequest": "1 collection_name string",
    "CreateSnapshotResponse": "1 snapshot_description SnapshotDescription?; 2 time double",
    "CreateVectorNameRequest": (
        "1 collection_name string; 2 wait bool?; 3 vector_name string; "
        "4 dense_config DenseVectorCreationConfig|vector_config; "
        "5 sparse_config SparseVectorCreationConfig|vector_config; 6 timeout uint64?; "
        "7 ordering WriteOrdering?"
    ),
    "DatetimeIndexParams": (
        "1 on_disk bool?; 2 is_principal bool?; 3 enable_hnsw bool?; 4 memory Memory?; "
        "5 nested string?"
    ),
    "DatetimeRange": (
        "1 lt google.protobuf.Timestamp?; 2 gt google.protobuf.Timestamp?; "
        "3 gte google.protobuf.Timestamp?; 4 lte google.protobuf.Timestamp?"
    ),
    "DecayParamsExpression": (
        "1 x Expression?; 2 target Expression?; 3 scale float?; 4 midpoint float?"
    ),
    "DeleteAlias": "1 alias_name string",
    "DeleteCollection": "1 collection_name string; 2 timeout uint64?",
    "DeleteFieldIndexCollection": (
        "1 collection_name string; 2 wait bool?; 3 field_name string; 4 ordering WriteOrdering?; "
        "5 timeout uint64?"
    ),
    "DeleteFullSnapshotRequest": "1 snapshot_name string",
    "DeletePayloadPoints": (
        "1 collection_name string; 2 wait bool?; 3 keys string*; "
        "5 points_selector PointsSelector?; 6 ordering WriteOrdering?; "
        "7 shard_key_selector ShardKeySelector?; 8 timeout uint64?"
    ),
    "DeletePointVectors": (
        "1 collection_name string; 2 wait bool?; 3 points_selector PointsSelector?; "
        "4 vectors VectorsSelector?; 5 ordering WriteOrdering?; "
        "6 shard_key_selector ShardKeySelector?; 7 timeout uint64?"
    ),
    "DeletePoints": (
        "1 collection_name string; 2 wait bool?; 3 points PointsSelector?; "
        "4 ordering WriteOrdering?; 5 shard_key_selector ShardKeySelector?; 6 timeout uint64?"
    ),
    "DeleteShardKey": "1 shard_key ShardKey?",
    "DeleteShardKeyRequest": (
        "1 collection_name string; 2 request DeleteShardKey?; 3 timeout uint64?"
    ),
    "DeleteShardKeyResponse": "1 result bool; 2 time double",
    "DeleteSnapshotRequest": "1 collection_name string; 2 snapshot_name string",
    "DeleteSnapshotResponse": "1 time double",
    "DeleteVectorNameRequest": (
        "1 collection_name string; 2 wait bool?; 3 vector_name string; 4 timeout uint64?; "
        "5 ordering WriteOrdering?"
    ),
    "DenseVector": "1 data float*",
    "DenseVectorCreationConfig": (
        "1 size uint64; 2 distance Distance; 3 multivector_config MultiVectorConfig?; "
        "4 datatype Datatype?"
    ),
    "Disabled": "",
    "DisabledStemmer": "",
    "DiscoverBatchPoints": (
        "1 collection_name string; 2 discover_points DiscoverPoints*; "
        "3 read_consistency ReadConsistency?; 4 timeout uint64?"
    ),
    "DiscoverBatchResponse": "1 result BatchResult*; 2 time double; 3 usage Usage?",
    "DiscoverInput": "1 target VectorInput?; 2 context ContextInput?",
    "DiscoverPoints": (
        "1 collection_name string; 2 target TargetVector?; 3 context ContextExamplePair*; "
        "4 filter Filter?; 5 limit uint64; 6 with_payload WithPayloadSelector?; "
        "7 params SearchParams?; 8 offset uint64?; 9 using string?; "
        "10 with_vectors WithVectorsSelector?; 11 lookup_from LookupLocation?; "
        "12 read_consistency ReadConsistency?; 13 timeout uint64?; "
        "14 shard_key_selector ShardKeySelector?"
    ),
    "DiscoverResponse": "1 result ScoredPoint*; 2 time double; 3 usage Usage?",
    "DivExpression": "1 left Expression?; 2 right Expression?; 3 by_zero_default float?",
    "Document": "1 text string; 3 model string; 4 options map>Value",
    "Expression": (
        "1 constant float|variant; 2 variable string|variant; 3 condition Condition|variant; "
        "4 geo_distance GeoDistance|variant; 5 datetime string|variant; "
        "6 datetime_key string|variant; 7 mult MultExpression|variant; "
        "8 sum SumExpression|variant; 9 div DivExpression|variant; 10 neg Expression|variant; "
        "11 abs Expression|variant; 12 sqrt Expression|variant; 13 pow PowExpression|variant; "
        "14 exp Expression|variant; 15 log10 Expression|variant; 16 ln Expression|variant; "
        "17 exp_decay DecayParamsExpression|variant; "
        "18 gauss_decay DecayParamsExpression|variant; "
        "19 lin_decay DecayParamsExpression|variant; 20 acosh Expression|variant; "
        "21 max MaxExpression|variant; 22 min MinExpression|variant"
    ),
    "FacetCounts": (
        "1 collection_name string; 2 key string; 3 filter Filter?; 4 limit uint64?; "
        "5 exact bool?; 6 timeout uint64?; 7 read_consistency ReadConsistency?; "
        "8 shard_key_selector ShardKeySelector?"
    ),
    "FacetHit": "1 value FacetValue?; 2 count uint64",
    "FacetResponse": "1 hits FacetHit*; 2 time double; 3 usage Usage?",
    "FacetValue": (
        "1 string_value string|variant; 2 integer_value int64|variant; 3 bool_value bool|variant"
    ),
    "FeedbackItem": "1 example VectorInput?; 2 score float",
    "FeedbackStrategy": "1 naive NaiveFeedbackStrategy|variant",
    "FieldCondition": (
        "1 key string; 2 match Match?; 3 range Range?; 4 geo_bounding_box GeoBoundingBox?; "
        "5 geo_radius GeoRadius?; 6 values_count ValuesCount?; 7 geo_polygon GeoPolygon?; "
        "8 datetime_range DatetimeRange?; 9 is_empty bool?; 10 is_null bool?"
    ),
    "Filter": (
        "1 should Condition*; 2 must Condition*; 3 must_not Condition*; 4 min_should MinShould?"
    ),
    "FloatIndexParams": (
        "1 on_disk bool?; 2 is_principal bool?; 3 enable_hnsw bool?; 4 memory Memory?; "
        "5 nested string?"
    ),
    "Formula": "1 expression Expression?; 2 defaults map>Value",
    "GeoBoundingBox": "1 top_left GeoPoint?; 2 bottom_right GeoPoint?",
    "GeoDistance": "1 origin GeoPoint?; 2 to string",
    "GeoIndexParams": "1 on_disk bool?; 2 enable_hnsw bool?; 3 memory Memory?; 4 nested string?",
    "GeoLineString": "1 points GeoPoint*",
    "GeoPoint": "1 lon double; 2 lat double",
    "GeoPolygon": "1 exterior GeoLineString?; 2 interiors GeoLineString*",
    "GeoRadius": "1 center GeoPoint?; 2 radius float",
    "GetCollectionInfoRequest": "1 collection_name string",
    "GetCollectionInfoResponse": "1 result CollectionInfo?; 2 time double",
    "GetPoints": (
        "1 collection_name string; 2 ids PointId*; 4 with_payload WithPayloadSelector?; "
        "5 with_vectors WithVectorsSelector?; 6 read_consistency ReadConsistency?; "
        "7 shard_key_selector ShardKeySelector?; 8 timeout uint64?"
    ),
    "GetResponse": "1 result RetrievedPoint*; 2 time double; 3 usage Usage?",
    "GroupId": (
        "1 unsigned_value uint64|kind; 2 integer_value int64|kind; 3 string_value string|kind"
    ),
    "GroupsResult": "1 groups PointGroup*",
    "HardwareUsage": (
        "1 cpu uint64; 2 payload_io_read uint64; 3 payload_io_write uint64; "
        "4 payload_index_io_read uint64; 5 payload_index_io_write uint64; "
        "6 vector_io_read uint64; 7 vector_io_write uint64"
    ),
    "HasIdCondition": "1 has_id PointId*",
    "HasVectorCondition": "1 has_vector string",
    "HealthCheckReply": "1 title string; 2 version string; 3 commit string?",
    "HealthCheckRequest": "",
    "HnswConfigDiff": (
        "1 m uint64?; 2 ef_construct uint64?; 3 full_scan_threshold uint64?; "
        "4 max_indexing_threads uint64?; 5 on_disk bool?; 6 payload_m uint64?; "
        "7 inline_storage bool?; 8 memory Memory?"
    ),
    "IdTrackerParams": "1 memory Memory?",
    "IdfParams": "1 corpus Filter?",
    "Image": "1 image Value?; 2 model string; 3 options map>Value",
    "InferenceObject": "1 object Value?; 2 model string; 3 options map>Value",
    "InferenceUsage": "1 models map>ModelUsage",
    "IntegerIndexParams": (
        "1 lookup bool?; 2 range bool?; 3 is_principal bool?; 4 on_disk bool?; "
        "5 enable_hnsw bool?; 6 memory Memory?; 7 nested string?"
    ),
    "IsEmptyCondition": "1 key string",
    "IsNullCondition": "1 key string",
    "KeywordIndexParams": (
        "1 is_tenant bool?; 2 on_disk bool?; 3 enable_hnsw bool?; 4 prefix KeywordPrefixParams?; "
        "5 memory Memory?; 6 nested string?"
    ),
    "KeywordPrefixParams": "",
    "ListAliasesRequest": "",
    "ListAliasesResponse": "1 aliases AliasDescription*; 2 time double",
    "ListCollectionAliasesRequest": "1 collection_name string",
    "ListCollectionsRequest": "",
    "ListCollectionsResponse": "1 collections CollectionDescription*; 2 time double",
    "ListFullSnapshotsRequest": "",
    "ListShardKeysRequest": "1 collection_name string",
    "ListShardKeysResponse": "1 shard_keys ShardKeyDescription*; 2 time double",
    "ListSnapshotsRequest": "1 collection_name string",
    "ListSnapshotsResponse": "1 snapshot_descriptions SnapshotDescription*; 2 time double",
    "ListValue": "1 values Value*",
    "LocalShardInfo": (
        "1 shard_id uint32; 2 points_count uint64; 3 state ReplicaState; 4 shard_key ShardKey?"
    ),
    "LookupLocation": (
        "1 collection_name string; 2 vector_name string?; 3 shard_key_selector ShardKeySelector?"
    ),
    "Match": (
        "1 keyword string|match_value; 2 integer int64|match_value; 3 boolean bool|match_value; "
        "4 text string|match_value; 5 keywords RepeatedStrings|match_value; "
        "6 integers RepeatedIntegers|match_value; "
        "7 except_integers RepeatedIntegers|match_value; "
        "8 except_keywords RepeatedStrings|match_value; 9 phrase string|match_value; "
        "10 text_any string|match_value; 11 prefix string|match_value; "
        "12 substring string|match_value"
    ),
    "MaxExpression": "1 max Expression*",
    "MaxOptimizationThreads": (
        "1 value uint64|variant; 2 setting MaxOptimizationThreads.Setting|variant"
    ),
    "MinExpression": "1 min Expression*",
    "MinShould": "1 conditions Condition*; 2 min_count uint64",
    "Mmr": "2 diversity float?; 3 candidates_limit uint32?",
    "ModelUsage": "1 tokens uint64",
    "MoveShard": (
        "1 shard_id uint32; 5 to_shard_id uint32?; 2 from_peer_id uint64; 3 to_peer_id uint64; "
        "4 method ShardTransferMethod?"
    ),
    "MultExpression": "1 mult Expression*",
    "MultiDenseVector": "1 vectors DenseVector*",
    "MultiVectorConfig": "1 comparator MultiVectorComparator",
    "NaiveFeedbackStrategy": "1 a float; 2 b float; 3 c float",
    "NamedVectors": "1 vectors map>Vector",
    "NamedVectorsOutput": "1 vectors map>VectorOutput",
    "NearestInputWithMmr": "1 nearest VectorInput?; 2 mmr Mmr?",
    "NestedCondition": "1 key string; 2 filter Filter?",
    "OptimizerStatus": "1 ok bool; 2 error string",
    "OptimizersConfigDiff": (
        "1 deleted_threshold double?; 2 vacuum_min_vector_number uint64?; "
        "3 default_segment_number uint64?; 4 max_segment_size uint64?; "
        "5 memmap_threshold uint64?; 6 indexing_threshold uint64?; 7 flush_interval_sec uint64?; "
        "8 deprecated_max_optimization_threads uint64?; "
        "9 max_optimization_threads MaxOptimizationThreads?; 10 prevent_unoptimized bool?"
    ),
    "OrderBy": "1 key string; 2 direction Direction?; 3 start_from StartFrom?",
    "OrderValue": "1 int int64|variant; 2 float double|variant",
    "PayloadExcludeSelector": "1 fields string*",
    "PayloadIncludeSelector": "1 fields string*",
    "PayloadIndexParams": (
        "3 keyword_index_params KeywordIndexParams|index_params; "
        "2 integer_index_params IntegerIndexParams|index_params; "
        "4 float_index_params FloatIndexParams|index_params; "
        "5 geo_index_params GeoIndexParams|index_params; "
        "1 text_index_params TextIndexParams|index_params; "
        "6 bool_index_params BoolIndexParams|index_params; "
        "7 datetime_index_params DatetimeIndexParams|index_params; "
        "8 uuid_index_params UuidIndexParams|index_params"
    ),
    "PayloadSchemaInfo": (
        "1 data_type PayloadSchemaType; 2 params PayloadIndexParams?; 3 points uint64?"
    ),
    "PayloadStorageParams": "1 memory Memory?",
    "PointGroup": "1 id GroupId?; 2 hits ScoredPoint*; 3 lookup RetrievedPoint?",
    "PointId": "1 num uint64|point_id_options; 2 uuid string|point_id_options",
    "PointStruct": "1 id PointId?; 3 payload map>Value; 4 vectors Vectors?",
    "PointVectors": "1 id PointId?; 2 vectors Vectors?",
    "PointsIdsList": "1 ids PointId*",
    "PointsOperationResponse": "1 result UpdateResult?; 2 time double; 3 usage Usage?",
    "PointsSelector": (
        "1 points PointsIdsList|points_selector_one_of; 2 filter Filter|points_selector_one_of"
    ),
    "PointsUpdateOperation": (
        "1 upsert PointsUpdateOperation.PointStructList|operation; "
        "2 delete_deprecated PointsSelector|operation; "
        "3 set_payload PointsUpdateOperation.SetPayload|operation; "
        "4 overwrite_payload PointsUpdateOperation.OverwritePayload|operation; "
        "5 delete_payload PointsUpdateOperation.DeletePayload|operation; "
        "6 clear_payload_deprecated PointsSelector|operation; "
        "7 update_vectors PointsUpdateOperation.UpdateVectors|operation; "
        "8 delete_vectors PointsUpdateOperation.DeleteVectors|operation; "
        "9 delete_points PointsUpdateOperation.DeletePoints|operation; "
        "10 clear_payload PointsUpdateOperation.ClearPayload|operation"
    ),
    "PointsUpdateOperation.ClearPayload": (
        "1 points PointsSelector?; 2 shard_key_selector ShardKeySelector?"
    ),
    "PointsUpdateOperation.DeletePayload": (
        "1 keys string*; 2 points_selector PointsSelector?; 3 shard_key_selector ShardKeySelector?"
    ),
    "PointsUpdateOperation.DeletePoints": (
        "1 points PointsSelector?; 2 shard_key_selector ShardKeySelector?"
    ),
    "PointsUpdateOperation.DeleteVectors": (
        "1 points_selector PointsSelector?; 2 vectors VectorsSelector?; "
        "3 shard_key_selector ShardKeySelector?"
    ),
    "PointsUpdateOperation.OverwritePayload": (
        "1 payload map>Value; 2 points_selector PointsSelector?; "
        "3 shard_key_selector ShardKeySelector?; 4 key string?"
    ),
    "PointsUpdateOperation.PointStructList": (
        "1 points PointStruct*; 2 shard_key_selector ShardKeySelector?; 3 update_filter Filter?; "
        "4 update_mode UpdateMode?"
    ),
    "PointsUpdateOperation.SetPayload": (
        "1 payload map>Value; 2 points_selector PointsSelector?; "
        "3 shard_key_selector ShardKeySelector?; 4 key string?"
    ),
    "PointsUpdateOperation.UpdateVectors": (
        "1 points PointVectors*; 2 shard_key_selector ShardKeySelector?; 3 update_filter Filter?"
    ),
    "PowExpression": "1 base Expression?; 2 exponent Expression?",
    "PrefetchQuery": (
        "1 prefetch PrefetchQuery*; 2 query Query?; 3 using string?; 4 filter Filter?; "
        "5 params SearchParams?; 6 score_threshold float?; 7 limit uint64?; "
        "8 lookup_from LookupLocation?"
    ),
    "ProductQuantization": "1 compression CompressionRatio; 2 always_ram bool?; 3 memory Memory?",
    "QuantizationConfig": (
        "1 scalar ScalarQuantization|quantization; 2 product ProductQuantization|quantization; "
        "3 binary BinaryQuantization|quantization; 4 turboquant TurboQuantization|quantization"
    ),
    "QuantizationConfigDiff": (
        "1 scalar ScalarQuantization|quantization; 2 product ProductQuantization|quantization; "
        "3 disabled Disabled|quantization; 4 binary BinaryQuantization|quantization; "
        "5 turboquant TurboQuantization|quantization"
    ),
    "QuantizationSearchParams": "1 ignore bool?; 2 rescore bool?; 3 oversampling double?",
    "Query": (
        "1 nearest VectorInput|variant; 2 recommend RecommendInput|variant; "
        "3 discover DiscoverInput|variant; 4 context ContextInput|variant; "
        "5 order_by OrderBy|variant; 6 fusion Fusion|variant; 7 sample Sample|variant; "
        "8 formula Formula|variant; 9 nearest_with_mmr NearestInputWithMmr|variant; "
        "10 rrf Rrf|variant; 11 relevance_feedback RelevanceFeedbackInput|variant; "
        "12 text TextQuery|variant"
    ),
    "QueryBatchPoints": (
        "1 collection_name string; 2 query_points QueryPoints*; "
        "3 read_consistency ReadConsistency?; 4 timeout uint64?"
    ),
    "QueryBatchResponse": "1 result BatchResult*; 2 time double; 3 usage Usage?",
    "QueryGroupsResponse": "1 result GroupsResult?; 2 time double; 3 usage Usage?",
    "QueryPointGroups": (
        "1 collection_name string; 2 prefetch PrefetchQuery*; 3 query Query?; 4 using string?; "
        "5 filter Filter?; 6 params SearchParams?; 7 score_threshold float?; "
        "8 with_payload WithPayloadSelector?; 9 with_vectors WithVectorsSelector?; "
        "10 lookup_from LookupLocation?; 11 limit uint64?; 12 group_size uint64?; "
        "13 group_by string; 14 read_consistency ReadConsistency?; 15 with_lookup WithLookup?; "
        "16 timeout uint64?; 17 shard_key_selector ShardKeySelector?"
    ),
    "QueryPoints": (
        "1 collection_name string; 2 prefetch PrefetchQuery*; 3 query Query?; 4 using string?; "
        "5 filter Filter?; 6 params SearchParams?; 7 score_threshold float?; 8 limit uint64?; "
        "9 offset uint64?; 10 with_vectors WithVectorsSelector?; "
        "11 with_payload WithPayloadSelector?; 12 read_consistency ReadConsistency?; "
        "13 shard_key_selector ShardKeySelector?; 14 lookup_from LookupLocation?; "
        "15 timeout uint64?"
    ),
    "QueryResponse": "1 result ScoredPoint*; 2 time double; 3 usage Usage?",
    "Range": "1 lt double?; 2 gt double?; 3 gte double?; 4 lte double?",
    "ReadConsistency": "1 type ReadConsistencyType|value; 2 factor uint64|value",
    "RecommendBatchPoints": (
        "1 collection_name string; 2 recommend_points RecommendPoints*; "
        "3 read_consistency ReadConsistency?; 4 timeout uint64?"
    ),
    "RecommendBatchResponse": "1 result BatchResult*; 2 time double; 3 usage Usage?",
    "RecommendGroupsResponse": "1 result GroupsResult?; 2 time double; 3 usage Usage?",
    "RecommendInput": (
        "1 positive VectorInput*; 2 negative VectorInput*; 3 strategy RecommendStrategy?"
    ),
    "RecommendPointGroups": (
        "1 collection_name string; 2 positive PointId*; 3 negative PointId*; 4 filter Filter?; "
        "5 limit uint32; 6 with_payload WithPayloadSelector?; 7 params SearchParams?; "
        "8 score_threshold float?; 9 using string?; 10 with_vectors WithVectorsSelector?; "
        "11 lookup_from LookupLocation?; 12 group_by string; 13 group_size uint32; "
        "14 read_consistency ReadConsistency?; 15 with_lookup WithLookup?; "
        "17 strategy RecommendStrategy?; 18 positive_vectors Vector*; "
        "19 negative_vectors Vector*; 20 timeout uint64?; 21 shard_key_selector ShardKeySelector?"
    ),
    "RecommendPoints": (
        "1 collection_name string; 2 positive PointId*; 3 negative PointId*; 4 filter Filter?; "
        "5 limit uint64; 7 with_payload WithPayloadSelector?; 8 params SearchParams?; "
        "9 score_threshold float?; 10 offset uint64?; 11 using string?; "
        "12 with_vectors WithVectorsSelector?; 13 lookup_from LookupLocation?; "
        "14 read_consistency ReadConsistency?; 16 strategy RecommendStrategy?; "
        "17 positive_vectors Vector*; 18 negative_vectors Vector*; 19 timeout uint64?; "
        "20 shard_key_selector ShardKeySelector?"
    ),
    "RecommendResponse": "1 result ScoredPoint*; 2 time double; 3 usage Usage?",
    "RelevanceFeedbackInput": (
        "1 target VectorInput?; 2 feedback FeedbackItem*; 3 strategy FeedbackStrategy?"
    ),
    "RemoteShardInfo": (
        "1 shard_id uint32; 2 peer_id uint64; 3 state ReplicaState; 4 shard_key ShardKey?"
    ),
    "RenameAlias": "1 old_alias_name string; 2 new_alias_name string",
    "RepeatedIntegers": "1 integers int64*",
    "RepeatedStrings": "1 strings string*",
    "Replica": "1 shard_id uint32; 2 peer_id uint64",
    "ReplicatePoints": "1 from_shard_key ShardKey?; 2 to_shard_key ShardKey?; 3 filter Filter?",
    "ReplicateShard": (
        "1 shard_id uint32; 5 to_shard_id uint32?; 2 from_peer_id uint64; 3 to_peer_id uint64; "
        "4 method ShardTransferMethod?"
    ),
    "ReshardingInfo": (
        "1 shard_id uint32; 2 peer_id uint64; 3 shard_key ShardKey?; "
        "4 direction ReshardingDirection"
    ),
    "RestartTransfer": (
        "1 shard_id uint32; 5 to_shard_id uint32?; 2 from_peer_id uint64; 3 to_peer_id uint64; "
        "4 method ShardTransferMethod"
    ),
    "RetrievedPoint": (
        "1 id PointId?; 2 payload map>Value; 4 vectors VectorsOutput?; 5 shard_key ShardKey?; "
        "6 order_value OrderValue?"
    ),
    "Rrf": "1 k uint32?; 2 weights float*",
    "ScalarQuantization": (
        "1 type QuantizationType; 2 quantile float?; 3 always_ram bool?; 4 memory Memory?"
    ),
    "ScoredPoint": (
        "1 id PointId?; 2 payload map>Value; 3 score float; 5 version uint64; "
        "6 vectors VectorsOutput?; 7 shard_key ShardKey?; 8 order_value OrderValue?"
    ),
    "ScrollPoints": (
        "1 collection_name string; 2 filter Filter?; 3 offset PointId?; 4 limit uint32?; "
        "6 with_payload WithPayloadSelector?; 7 with_vectors WithVectorsSelector?; "
        "8 read_consistency ReadConsistency?; 9 shard_key_selector ShardKeySelector?; "
        "10 order_by OrderBy?; 11 timeout uint64?"
    ),
    "ScrollResponse": (
        "1 next_page_offset PointId?; 2 result RetrievedPoint*; 3 time double; 4 usage Usage?"
    ),
    "SearchBatchPoints": (
        "1 collection_name string; 2 search_points SearchPoints*; "
        "3 read_consistency ReadConsistency?; 4 timeout uint64?"
    ),
    "SearchBatchResponse": "1 result BatchResult*; 2 time double; 3 usage Usage?",
    "SearchGroupsResponse": "1 result GroupsResult?; 2 time double; 3 usage Usage?",
    "SearchMatrixOffsets": (
        "1 offsets_row uint64*; 2 offsets_col uint64*; 3 scores float*; 4 ids PointId*"
    ),
    "SearchMatrixOffsetsResponse": "1 result SearchMatrixOffsets?; 2 time double; 3 usage Usage?",
    "SearchMatrixPair": "1 a PointId?; 2 b PointId?; 3 score float",
    "SearchMatrixPairs": "1 pairs SearchMatrixPair*",
    "SearchMatrixPairsResponse": "1 result SearchMatrixPairs?; 2 time double; 3 usage Usage?",
    "SearchMatrixPoints": (
        "1 collection_name string; 2 filter Filter?; 3 sample uint64?; 4 limit uint64?; "
        "5 using string?; 6 timeout uint64?; 7 read_consistency ReadConsistency?; "
        "8 shard_key_selector ShardKeySelector?"
    ),
    "SearchParams": (
        "1 hnsw_ef uint64?; 2 exact bool?; 3 quantization QuantizationSearchParams?; "
        "4 indexed_only bool?; 5 acorn AcornSearchParams?; 6 idf IdfParams?"
    ),
    "SearchPointGroups": (
        "1 collection_name string; 2 vector float*; 3 filter Filter?; 4 limit uint32; "
        "5 with_payload WithPayloadSelector?; 6 params SearchParams?; 7 score_threshold float?; "
        "8 vector_name string?; 9 with_vectors WithVectorsSelector?; 10 group_by string; "
        "11 group_size uint32; 12 read_consistency ReadConsistency?; 13 with_lookup WithLookup?; "
        "14 timeout uint64?; 15 shard_key_selector ShardKeySelector?; "
        "16 sparse_indices SparseIndices?"
    ),
    "SearchPoints": (
        "1 collection_name string; 2 vector float*; 3 filter Filter?; 4 limit uint64; "
        "6 with_payload WithPayloadSelector?; 7 params SearchParams?; 8 score_threshold float?; "
        "9 offset uint64?; 10 vector_name string?; 11 with_vectors WithVectorsSelector?; "
        "12 read_consistency ReadConsistency?; 13 timeout uint64?; "
        "14 shard_key_selector ShardKeySelector?; 15 sparse_indices SparseIndices?"
    ),
    "SearchResponse": "1 result ScoredPoint*; 2 time double; 3 usage Usage?",
    "SetPayloadPoints": (
        "1 collection_name string; 2 wait bool?; 3 payload map>Value; "
        "5 points_selector PointsSelector?; 6 ordering WriteOrdering?; "
        "7 shard_key_selector ShardKeySelector?; 8 key string?; 9 timeout uint64?"
    ),
    "ShardKey": "1 keyword string|key; 2 number uint64|key",
    "ShardKeyDescription": "1 key ShardKey?",
    "ShardKeySelector": "1 shard_keys ShardKey*; 2 fallback ShardKey?",
    "ShardTransferInfo": (
        "1 shard_id uint32; 5 to_shard_id uint32?; 2 from uint64; 3 to uint64; 4 sync bool"
    ),
    "SliceCondition": "1 total uint32; 2 index uint32",
    "SnapshotDescription": (
        "1 name string; 2 creation_time google.protobuf.Timestamp?; 3 size int64; "
        "4 checksum string?"
    ),
    "SnowballParams": "1 language string",
    "SparseIndexConfig": (
        "1 full_scan_threshold uint64?; 2 on_disk bool?; 3 datatype Datatype?; 4 memory Memory?"
    ),
    "SparseIndices": "1 data uint32*",
    "SparseVector": "1 values float*; 2 indices uint32*",
    "SparseVectorConfig": "1 map map>SparseVectorParams",
    "SparseVectorCreationConfig": "1 modifier Modifier?; 2 datatype Datatype?",
    "SparseVectorParams": "1 index SparseIndexConfig?; 2 modifier Modifier?",
    "StartFrom": (
        "1 float double|value; 2 integer int64|value; "
        "3 timestamp google.protobuf.Timestamp|value; 4 datetime string|value"
    ),
    "StemmingAlgorithm": (
        "1 snowball SnowballParams|stemming_params; 2 disabled DisabledStemmer|stemming_params"
    ),
    "StopwordsSet": "1 languages string*; 2 custom string*",
    "StrictModeConfig": (
        "1 enabled bool?; 2 max_query_limit uint32?; 3 max_timeout uint32?; "
        "4 unindexed_filtering_retrieve bool?; 5 unindexed_filtering_update bool?; "
        "6 search_max_hnsw_ef uint32?; 7 search_allow_exact bool?; "
        "8 search_max_oversampling float?; 9 upsert_max_batchsize uint64?; "
        "20 search_max_batchsize uint64?; 10 max_collection_vector_size_bytes uint64?; "
        "11 read_rate_limit uint32?; 12 write_rate_limit uint32?; "
        "13 max_collection_payload_size_bytes uint64?; 14 filter_max_conditions uint64?; "
        "15 condition_max_size uint64?; 16 multivector_config StrictModeMultivectorConfig?; "
        "17 sparse_config StrictModeSparseConfig?; 18 max_points_count uint64?; "
        "19 max_payload_index_count uint64?; 21 max_resident_memory_percent uint32?"
    ),
    "StrictModeMultivector": "1 max_vectors uint64?",
    "StrictModeMultivectorConfig": "1 multivector_config map>StrictModeMultivector",
    "StrictModeSparse": "10 max_length uint64?",
    "StrictModeSparseConfig": "1 sparse_config map>StrictModeSparse",
    "Struct": "1 fields map>Value",
    "SumExpression": "1 sum Expression*",
    "TargetVector": "1 single VectorExample|target",
    "TextIndexParams": (
        "1 tokenizer TokenizerType; 2 lowercase bool?; 3 min_token_len uint64?; "
        "4 max_token_len uint64?; 5 on_disk bool?; 6 stopwords StopwordsSet?; "
        "7 phrase_matching bool?; 8 stemmer StemmingAlgorithm?; 9 ascii_folding bool?; "
        "10 enable_hnsw bool?; 11 memory Memory?; 12 scoring TextScoringParams?; "
        "13 nested string?"
    ),
    "TextQuery": "1 query string; 2 bm25 Bm25Params|scoring",
    "TextScoringParams": "1 type TextScoringType",
    "TurboQuantization": "1 always_ram bool?; 2 bits TurboQuantBitSize?; 3 memory Memory?",
    "UpdateBatchPoints": (
        "1 collection_name string; 2 wait bool?; 3 operations PointsUpdateOperation*; "
        "4 ordering WriteOrdering?; 5 timeout uint64?"
    ),
    "UpdateBatchResponse": "1 result UpdateResult*; 2 time double; 3 usage Usage?",
    "UpdateCollection": (
        "1 collection_name string; 2 optimizers_config OptimizersConfigDiff?; 3 timeout uint64?; "
        "4 params CollectionParamsDiff?; 5 hnsw_config HnswConfigDiff?; "
        "6 vectors_config VectorsConfigDiff?; 7 quantization_config QuantizationConfigDiff?; "
        "8 sparse_vectors_config SparseVectorConfig?; 9 strict_mode_config StrictModeConfig?; "
        "10 metadata map>Value"
    ),
    "UpdateCollectionClusterSetupRequest": (
        "1 collection_name string; 2 move_shard MoveShard|operation; "
        "3 replicate_shard ReplicateShard|operation; "
        "4 abort_transfer AbortShardTransfer|operation; 5 drop_replica Replica|operation; "
        "7 create_shard_key CreateShardKey|operation; "
        "8 delete_shard_key DeleteShardKey|operation; "
        "9 restart_transfer RestartTransfer|operation; "
        "10 replicate_points ReplicatePoints|operation; 6 timeout uint64?"
    ),
    "UpdateCollectionClusterSetupResponse": "1 result bool; 2 time double",
    "UpdatePointVectors": (
        "1 collection_name string; 2 wait bool?; 3 points PointVectors*; "
        "4 ordering WriteOrdering?; 5 shard_key_selector ShardKeySelector?; "
        "6 update_filter Filter?; 7 timeout uint64?"
    ),
    "UpdateQueueInfo": "1 length uint64; 2 deferred_points uint64?",
    "UpdateResult": "1 operation_id uint64?; 2 status UpdateStatus",
    "UpsertPoints": (
        "1 collection_name string; 2 wait bool?; 3 points PointStruct*; "
        "4 ordering WriteOrdering?; 5 shard_key_selector ShardKeySelector?; "
        "6 update_filter Filter?; 7 timeout uint64?; 8 update_mode UpdateMode?"
    ),
    "Usage": "1 hardware HardwareUsage?; 2 inference InferenceUsage?",
    "UuidIndexParams": (
        "1 is_tenant bool?; 2 on_disk bool?; 3 enable_hnsw bool?; 4 memory Memory?; "
        "5 nested string?"
    ),
    "Value": (
        "1 null_value NullValue|kind; 2 double_value double|kind; 3 integer_value int64|kind; "
        "4 string_value string|kind; 5 bool_value bool|kind; 6 struct_value Struct|kind; "
        "7 list_value ListValue|kind"
    ),
    "ValuesCount": "1 lt uint64?; 2 gt uint64?; 3 gte uint64?; 4 lte uint64?",
    "Vector": (
        "1 data float*; 2 indices SparseIndices?; 3 vectors_count uint32?; "
        "101 dense DenseVector|vector; 102 sparse SparseVector|vector; "
        "103 multi_dense MultiDenseVector|vector; 104 document Document|vector; "
        "105 image Image|vector; 106 object InferenceObject|vector"
    ),
    "VectorExample": "1 id PointId|example; 2 vector Vector|example",
    "VectorInput": (
        "1 id PointId|variant; 2 dense DenseVector|variant; 3 sparse SparseVector|variant; "
        "4 multi_dense MultiDenseVector|variant; 5 document Document|variant; "
        "6 image Image|variant; 7 object InferenceObject|variant"
    ),
    "VectorOutput": (
        "1 data float*; 2 indices SparseIndices?; 3 vectors_count uint32?; "
        "101 dense DenseVector|vector; 102 sparse SparseVector|vector; "
        "103 multi_dense MultiDenseVector|vector"
    ),
    "VectorParams": (
        "1 size uint64; 2 distance Distance; 3 hnsw_config HnswConfigDiff?; "
        "4 quantization_config QuantizationConfig?; 5 on_disk bool?; 6 datatype Datatype?; "
        "7 multivector_config MultiVectorConfig?; 8 memory Memory?"
    ),
    "VectorParamsDiff": (
        "1 hnsw_config HnswConfigDiff?; 2 quantization_config QuantizationConfigDiff?; "
        "3 on_disk bool?; 4 memory Memory?"
    ),
    "VectorParamsDiffMap": "1 map map>VectorParamsDiff",
    "VectorParamsMap": "1 map map>VectorParams",
    "Vectors": "1 vector Vector|vectors_options; 2 vectors NamedVectors|vectors_options",
    "VectorsConfig": "1 params VectorParams|config; 2 params_map VectorParamsMap|config",
    "VectorsConfigDiff": (
        "1 params VectorParamsDiff|config; 2 params_map VectorParamsDiffMap|config"
    ),
    "VectorsOutput": (
        "1 vector VectorOutput|vectors_options; 2 vectors NamedVectorsOutput|vectors_options"
    ),
    "VectorsSelector": "1 names string*",
    "WalConfigDiff": (
        "1 wal_capacity_mb uint64?; 2 wal_segments_ahead uint64?; 3 wal_retain_closed uint64?"
    ),
    "WithLookup": (
        "1 collection string; 2 with_payload WithPayloadSelector?; "
        "3 with_vectors WithVectorsSelector?"
    ),
    "WithPayloadSelector": (
        "1 enable bool|selector_options; 2 include PayloadIncludeSelector|selector_options; "
        "3 exclude PayloadExcludeSelector|selector_options"
    ),
    "WithVectorsSelector": (
        "1 enable bool|selector_options; 2 include VectorsSelector|selector_options"
    ),
    "WriteOrdering": "1 type WriteOrderingType",
}

ENUMS: dict[str, str] = {
    "grpc.health.v1.HealthCheckResponse.ServingStatus": (
        "UNKNOWN=0 SERVING=1 NOT_SERVING=2 SERVICE_UNKNOWN=3"
    ),
    "BinaryQuantizationEncoding": "OneBit=0 TwoBits=1 OneAndHalfBits=2",
    "BinaryQuantizationQueryEncoding.Setting": "Default=0 Binary=1 Scalar4Bits=2 Scalar8Bits=3",
    "CollectionStatus": "UnknownCollectionStatus=0 Green=1 Yellow=2 Red=3 Grey=4",
    "CompressionRatio": "x4=0 x8=1 x16=2 x32=3 x64=4",
    "Datatype": "Default=0 Float32=1 Uint8=2 Float16=3 Turbo4=4 Turbo8=5 Turbo16=6",
    "Direction": "Asc=0 Desc=1",
    "Distance": "UnknownDistance=0 Cosine=1 Euclid=2 Dot=3 Manhattan=4",
    "FieldType": (
        "FieldTypeKeyword=0 FieldTypeInteger=1 FieldTypeFloat=2 FieldTypeGeo=3 FieldTypeText=4 "
        "FieldTypeBool=5 FieldTypeDatetime=6 FieldTypeUuid=7"
    ),
    "Fusion": "RRF=0 DBSF=1",
    "MaxOptimizationThreads.Setting": "Auto=0",
    "Memory": "MemoryUnknown=0 Cold=1 Cached=2 Pinned=3",
    "Modifier": "None=0 Idf=1",
    "MultiVectorComparator": "MaxSim=0",
    "NullValue": "NULL_VALUE=0",
    "PayloadSchemaType": (
        "UnknownType=0 Keyword=1 Integer=2 Float=3 Geo=4 Text=5 Bool=6 Datetime=7 Uuid=8"
    ),
    "QuantizationType": "UnknownQuantization=0 Int8=1",
    "ReadConsistencyType": "All=0 Majority=1 Quorum=2",
    "RecommendStrategy": "AverageVector=0 BestScore=1 SumScores=2",
    "ReplicaState": (
        "Active=0 Dead=1 Partial=2 Initializing=3 Listener=4 PartialSnapshot=5 Recovery=6 "
        "Resharding=7 ReshardingScaleDown=8 ActiveRead=9 ManualRecovery=10"
    ),
    "ReshardingDirection": "Up=0 Down=1",
    "Sample": "Random=0",
    "ShardTransferMethod": "StreamRecords=0 Snapshot=1 WalDelta=2 ReshardingStreamRecords=3",
    "ShardingMethod": "Auto=0 Custom=1",
    "TextScoringType": "Bm25=0",
    "TokenizerType": "Unknown=0 Prefix=1 Whitespace=2 Word=3 Multilingual=4 Code=5",
    "TurboQuantBitSize": "Bits1=0 Bits1_5=1 Bits2=2 Bits4=3 Bits8=4",
    "UpdateMode": "Upsert=0 InsertOnly=1 UpdateOnly=2",
    "UpdateStatus": (
        "UnknownUpdateStatus=0 Acknowledged=1 Completed=2 ClockRejected=3 WaitTimeout=4"
    ),
    "WriteOrderingType": "Weak=0 Medium=1 Strong=2",
}
