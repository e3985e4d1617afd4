/// The suites that are built in: the files of `Benchmarks/suites`, a copy of which is in the program.
enum SuiteLibrary {
    private static let files: [(name: String, bytes: [UInt8])] = [
        ("quick", PackageResources.quick_yaml),
        ("default", PackageResources.default_yaml),
        ("ci", PackageResources.ci_yaml),
        ("payload-sweep", PackageResources.payload_sweep_yaml),
        ("concurrency-sweep", PackageResources.concurrency_sweep_yaml),
        ("rate-sweep", PackageResources.rate_sweep_yaml),
        ("codec-matrix", PackageResources.codec_matrix_yaml),
        ("many-small-locks", PackageResources.many_small_locks_yaml),
        ("stored", PackageResources.stored_yaml),
        ("long", PackageResources.long_yaml),
        ("rabbitmq-cluster", PackageResources.rabbitmq_cluster_yaml),
        ("amqp-tuning", PackageResources.amqp_tuning_yaml),
        ("network-sweep", PackageResources.network_sweep_yaml),
        ("tls", PackageResources.tls_yaml),
        ("connections", PackageResources.connections_yaml),
        ("cold", PackageResources.cold_yaml),
        ("churn", PackageResources.churn_yaml),
        ("loss", PackageResources.loss_yaml),
        ("faults", PackageResources.faults_yaml),
        ("retries", PackageResources.retries_yaml),
        ("overload", PackageResources.overload_yaml),
        ("through", PackageResources.through_yaml),
        ("growth", PackageResources.growth_yaml),
        ("peers", PackageResources.peers_yaml),
    ]

    static let names = files.map(\.name)

    static func text(of name: String) -> String? {
        files.first { $0.name == name }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }
}
