// swift-tools-version: 6.2
import PackageDescription

/// The language settings that every target of this package uses.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Those of tests: what they are of is optimised as it is for users, and their own code, of which there is as much, need not be.
let testSettings = settings + [.unsafeFlags(["-Onone"])]

/// Those of the C that is ours.
let cSettings: [CSetting] = [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

/// What other packages and people get.
let products: [Product] = [
    .executable(name: "brokerlab", targets: ["Main"]),
    .library(name: "Gob", targets: ["Gob"]),
    .library(name: "EntryCodecs", targets: ["EntryCodecs", "Broker"]),
    .library(name: "NetRPCTransport", targets: ["NetRPCTransport", "Gob", "Broker"]),
]

/// What is used of other packages.
let dependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
]

/// The libraries of the system.
let systemLibraries: [Target] = [
    .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
    .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
    .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLinux"),
]

/// What transports are made of: entries, codecs, sockets, HTTP/2.
let core: [Target] = [
    .target(name: "PrintableText", swiftSettings: settings),
    .target(name: "CText", cSettings: cSettings),
    .target(name: "Terminal", dependencies: ["PrintableText"], swiftSettings: settings),
    .target(name: "Metrics", swiftSettings: settings),
    .target(
        name: "Broker", dependencies: ["PrintableText"],
        swiftSettings: settings + [.enableExperimentalFeature("Lifetimes")]),
    .target(
        name: "TransportIO",
        dependencies: ["Broker", "PrintableText", "CLinux", nioCore, nioPosix, nioSSL, nioTLS],
        swiftSettings: settings),
    .target(name: "Gob", dependencies: ["PrintableText"], swiftSettings: settings),
    .target(
        name: "EntryJSON", dependencies: ["Broker", "CText", nioCore],
        swiftSettings: settings + [.enableExperimentalFeature("Lifetimes")]),
    .target(name: "EntryProtobuf", dependencies: ["Broker", "CText", nioCore], swiftSettings: settings),
    .target(
        name: "EntryCodecs", dependencies: ["Broker", "EntryJSON", "EntryProtobuf", "Gob", nioCore],
        swiftSettings: settings),
    .target(
        name: "HTTP2", dependencies: ["Broker", "TransportIO", "CNGHTTP2", nioCore], swiftSettings: settings),
]

/// The transports: a new one is its target here, its folder, and its line in Sources/brokerlab/TransportRegistry.swift.
let transports: [Target] = [
    .target(name: "TCPTransport", dependencies: ["Broker", "TransportIO", nioCore], swiftSettings: settings),
    .target(
        name: "NetRPCTransport", dependencies: ["Broker", "TransportIO", "EntryCodecs", "Gob", nioCore],
        swiftSettings: settings),
    .target(
        name: "GRPCTransport",
        dependencies: ["Broker", "TransportIO", "EntryProtobuf", "HTTP2", "CNGHTTP2", "CZlib", nioCore, nioPosix],
        exclude: [
            "Wire/logs.proto", "Services/health.proto", "Services/reflection.proto", "Services/generate",
        ],
        swiftSettings: settings),
    .target(
        name: "HTTPTransport",
        dependencies: ["Broker", "TransportIO", "EntryCodecs", "EntryJSON", "HTTP2", "CNGHTTP2", nioCore],
        swiftSettings: settings),
    .target(
        name: "AMQPTransport",
        dependencies: [
            "Broker", "TransportIO", "EntryCodecs", "EntryJSON", "PrintableText", "RabbitMQNode", "CRabbitMQ", nioCore,
        ],
        swiftSettings: settings),
]

/// Where the logger keeps entries for good: what a database is to it, and one target a database.
let stores: [Target] = [
    .target(name: "EntryStore", dependencies: ["Broker", "EntryJSON", histogram, nioCore], swiftSettings: settings),
    .target(
        name: "SQLiteStore",
        dependencies: [
            "Broker", "EntryStore", .product(name: "GRDB", package: "GRDB.swift"),
            .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ],
        swiftSettings: settings),
    .target(
        name: "PostgreSQLStore", dependencies: ["Broker", "EntryStore", "PrintableText", "CPostgreSQL"],
        swiftSettings: settings),
]

/// For what is made of all transports.
let transportTargets = transports.map { Target.Dependency.target(name: $0.name) }

/// The logger, the benchmark, and the program with its commands.
let lab: [Target] = [
    .target(name: "RabbitMQNode", dependencies: [subprocess], swiftSettings: settings),
    .target(name: "PostgreSQLServer", dependencies: [subprocess], swiftSettings: settings),
    .target(
        name: "LoggerService",
        dependencies: [
            "Broker", "CLinux", "EntryJSON", "EntryStore", "Metrics", serviceLifecycle, logging, histogram, nioCore,
        ],
        swiftSettings: settings),
    .target(
        name: "BenchmarkResults",
        dependencies: [
            "Broker", "Metrics", "PrintableText", "CZlib", histogram, .product(name: "Yams", package: "Yams"),
        ],
        resources: [.embedInCode("Suites")], swiftSettings: settings),
    .target(
        name: "NetworkLink", dependencies: ["BenchmarkResults", "Broker", "CLinux", histogram], swiftSettings: settings),
    .target(
        name: "BenchmarkKit",
        dependencies: [
            "BenchmarkResults", "Broker", "LoggerService", "Metrics", "NetworkLink", "PrintableText", "Terminal",
            "TransportIO", histogram, subprocess,
            nioCore,
            nioPosix, nioHTTP1,
        ],
        swiftSettings: settings),
    .target(
        name: "brokerlab",
        dependencies: transportTargets + [
            "Broker", "TransportIO", "Gob", "EntryCodecs", "LoggerService", "BenchmarkResults", "BenchmarkKit",
            "Metrics",
            "NetworkLink", "RabbitMQNode", "PostgreSQLServer", "Terminal", "CLinux", "EntryStore", "SQLiteStore",
            "PostgreSQLStore",
            nioCore, serviceLifecycle, logging, subprocess,
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: settings),
    .executableTarget(name: "Main", dependencies: ["brokerlab"], swiftSettings: settings),
]

/// What tests are made of, and programs that tests run.
let testKits: [Target] = [
    .target(
        name: "RabbitMQScope", dependencies: ["RabbitMQNode"], path: "Tests/RabbitMQScope", swiftSettings: settings),
    .target(
        name: "PostgreSQLScope", dependencies: ["PostgreSQLServer"], path: "Tests/PostgreSQLScope",
        swiftSettings: settings),
    .target(
        name: "EngineTestKit", dependencies: ["Broker", "EntryStore", "TransportIO", nioCore],
        path: "Tests/EngineTestKit",
        swiftSettings: settings),
    .target(
        name: "MachineTestKit", dependencies: ["Broker", "TransportIO", nioCore, nioPosix],
        path: "Tests/MachineTestKit",
        swiftSettings: settings),
    .target(
        name: "GRPCTestKit", dependencies: ["Broker", "TransportIO", "HTTP2", "GRPCTransport", nioCore, nioPosix],
        path: "Tests/GRPCTestKit", swiftSettings: settings),
    .target(name: "AMQPTestKit", dependencies: [nioCore], path: "Tests/AMQPTestKit", swiftSettings: settings),
    .target(
        name: "HTTP2TestKit", dependencies: ["CNGHTTP2", nioCore], path: "Tests/HTTP2TestKit",
        swiftSettings: settings),
    .executableTarget(
        name: "linear",
        dependencies: transportTargets + ["Broker", "TransportIO", "AMQPTestKit", "HTTP2TestKit", nioCore],
        path: "Tests/Linear", swiftSettings: settings),
    .executableTarget(
        name: "CodecInstructions", dependencies: ["Broker", "Gob", "EntryCodecs", nioCore],
        path: "Benchmarks/CodecWork", swiftSettings: settings),
    .executableTarget(
        name: "madeup", dependencies: ["brokerlab", "Broker", "TransportIO", "EntryCodecs", nioCore],
        path: "Tests/MadeUpTransport", swiftSettings: settings),
    .executableTarget(
        name: "planted", dependencies: ["brokerlab", "Broker", "GRPCTransport", "HTTPTransport", "NetRPCTransport"],
        path: "Tests/Planted", swiftSettings: settings),
]

/// A test target for each module, and those that hold all transports, and the program, against the same rules.
let tests: [Target] = [
    .testTarget(name: "PrintableTextTests", dependencies: ["PrintableText"], swiftSettings: testSettings),
    .testTarget(name: "CTextTests", dependencies: ["CText", "EngineTestKit"], swiftSettings: testSettings),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal"], swiftSettings: testSettings),
    .testTarget(name: "MetricsTests", dependencies: ["Metrics"], swiftSettings: testSettings),
    .testTarget(name: "BrokerTests", dependencies: ["Broker"], swiftSettings: testSettings),
    .testTarget(
        name: "TransportIOTests",
        dependencies: [
            "Broker", "TransportIO", "EngineTestKit", "MachineTestKit", nioCore, nioPosix, nioEmbedded, nioSSL,
        ],
        swiftSettings: testSettings),
    .testTarget(
        name: "EntryJSONTests", dependencies: ["Broker", "EntryJSON", "EngineTestKit", nioCore],
        swiftSettings: testSettings),
    .testTarget(
        name: "EntryCodecsTests", dependencies: ["Broker", "EntryCodecs", "EngineTestKit", nioCore],
        swiftSettings: testSettings),
    .testTarget(
        name: "EntryProtobufTests", dependencies: ["EntryProtobuf", "EngineTestKit"], swiftSettings: testSettings),
    .testTarget(name: "HTTP2Tests", dependencies: ["HTTP2", nioCore], swiftSettings: testSettings),
    .testTarget(
        name: "TCPTransportTests",
        dependencies: ["Broker", "TransportIO", "TCPTransport", "EngineTestKit", nioCore],
        swiftSettings: testSettings),
    .testTarget(
        name: "HTTPTransportTests",
        dependencies: [
            "Broker", "TransportIO", "EntryCodecs", "EntryJSON", "HTTP2", "HTTPTransport", "EngineTestKit",
            "HTTP2TestKit", nioCore, nioPosix, nioEmbedded, nioHTTP1,
        ],
        swiftSettings: testSettings),
    .testTarget(
        name: "NetRPCTransportTests",
        dependencies: [
            "Broker", "TransportIO", "NetRPCTransport", "TCPTransport", "Gob", "EngineTestKit", nioCore,
        ],
        exclude: ["Golden"], swiftSettings: testSettings),
    .testTarget(
        name: "GRPCTransportTests",
        dependencies: [
            "Broker", "TransportIO", "EntryProtobuf", "HTTP2", "GRPCTransport", "EngineTestKit", "GRPCTestKit",
            "HTTP2TestKit", nioCore, nioPosix,
            .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        ],
        exclude: ["Generated/generate"], swiftSettings: testSettings),
    .testTarget(
        name: "AMQPTransportTests",
        dependencies: [
            "Broker", "TransportIO", "AMQPTransport", "RabbitMQNode", "CRabbitMQ", "AMQPTestKit", "EngineTestKit",
            nioCore,
        ],
        swiftSettings: testSettings),
    .testTarget(name: "RabbitMQNodeTests", dependencies: ["RabbitMQNode"], swiftSettings: testSettings),
    .testTarget(name: "PostgreSQLServerTests", dependencies: ["PostgreSQLServer"], swiftSettings: testSettings),
    .testTarget(
        name: "GobTests", dependencies: ["Gob", "EngineTestKit"], resources: [.copy("Vectors")],
        swiftSettings: testSettings
    ),
    .testTarget(
        name: "EntryStoreTests", dependencies: ["Broker", "EntryStore", "EngineTestKit", nioCore],
        swiftSettings: testSettings),
    .testTarget(
        name: "SQLiteStoreTests",
        dependencies: [
            "Broker", "EntryStore", "SQLiteStore", "EngineTestKit", .product(name: "GRDB", package: "GRDB.swift"),
        ],
        swiftSettings: testSettings),
    .testTarget(
        name: "PostgreSQLStoreTests",
        dependencies: ["Broker", "EntryStore", "PostgreSQLStore", "PostgreSQLServer", "PostgreSQLScope"],
        swiftSettings: testSettings),
    .testTarget(
        name: "LoggerServiceTests",
        dependencies: ["Broker", "EntryStore", "LoggerService", "Metrics", "EngineTestKit"],
        swiftSettings: testSettings),
    .testTarget(
        name: "BenchmarkResultsTests", dependencies: ["BenchmarkResults", "Broker", "Metrics", histogram],
        exclude: ["Golden/statistics.py"], resources: [.copy("Written")], swiftSettings: testSettings),
    .testTarget(
        name: "NetworkLinkTests", dependencies: ["BenchmarkResults", "NetworkLink"], swiftSettings: testSettings),
    .testTarget(
        name: "BenchmarkKitTests",
        dependencies: [
            "BenchmarkKit", "BenchmarkResults", "Broker", "LoggerService", "Metrics", "NetworkLink", "TransportIO",
            histogram,
        ],
        swiftSettings: testSettings),
    .testTarget(
        name: "ConformanceTests",
        dependencies: [
            "brokerlab", "BenchmarkKit", "BenchmarkResults", "Broker", "LoggerService", "Metrics", "RabbitMQScope",
            "MachineTestKit", "TransportIO",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "Yams", package: "Yams"),
        ],
        swiftSettings: testSettings),
    .testTarget(
        name: "InteropTests",
        dependencies: [
            "brokerlab", "Main", "madeup", "BenchmarkKit", "Broker", "TransportIO", "Gob", "HTTP2", "NetRPCTransport",
            "GRPCTransport",
            "GRPCTestKit", "RabbitMQNode", "RabbitMQScope", "PostgreSQLServer", "PostgreSQLScope",
            "MachineTestKit", subprocess, nioCore,
            .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        ],
        exclude: ["GRPC/Generated/generate"], swiftSettings: testSettings),
]

let package = Package(
    name: "broker-lab", products: products, dependencies: dependencies,
    targets: systemLibraries + core + transports + stores + lab + testKits + tests)

// The fuzzer links libFuzzer, which only Tests/fuzz asks for. What is ours is watched by it and by the address sanitizer; what
// it is made of beside that is the same as in every release build, and is not built again.
if Context.environment["BROKERLAB_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Tests/CLibFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: transportTargets + [
                "Broker", "CText", "TransportIO", "Gob", "HTTP2", "EntryJSON", "AMQPTestKit", "EngineTestKit",
                "CLibFuzzer", nioCore,
            ],
            path: "Tests/Fuzz", exclude: ["Corpus"], swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
    for target in package.targets where target.type != .system {
        target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"]))
        target.cSettings?.append(.unsafeFlags(["-fsanitize=fuzzer-no-link,address"]))
    }
}
