// swift-tools-version: 6.2
import PackageDescription

let gob: Target.Dependency = .product(name: "Gob", package: "broker-lab")

// Micro-benchmarks: a package of their own, so that what they depend on is no part of the product's build.
let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "broker-lab", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .target(name: "CodecWork", dependencies: [gob], path: "CodecWork"),
        .executableTarget(
            name: "Codecs", dependencies: ["CodecWork", .product(name: "Benchmark", package: "benchmark")],
            path: "Codecs", plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        .executableTarget(name: "CodecInstructions", dependencies: ["CodecWork"], path: "CodecInstructions"),
    ]
)
