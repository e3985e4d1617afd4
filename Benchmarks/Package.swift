// swift-tools-version: 6.2
import PackageDescription

let codecs: [Target.Dependency] = [
    .product(name: "Gob", package: "broker-lab"), .product(name: "EntryCodecs", package: "broker-lab"),
    .product(name: "NIOCore", package: "swift-nio"),
]

// Micro-benchmarks: a package of their own, so that what they depend on is no part of the product's build.
let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "broker-lab", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // The program that is there as well belongs to the package above, whose release build has all that it is made of.
        .target(name: "CodecWork", dependencies: codecs, path: "CodecWork", exclude: ["CodecInstructions.swift"]),
        .executableTarget(
            name: "Codecs", dependencies: ["CodecWork", .product(name: "Benchmark", package: "benchmark")],
            path: "Codecs", plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ]
)
