import Benchmark
import CodecWork

// Run with: swift package --package-path Benchmarks benchmark --target Codecs
// The same in Go: cd Benchmarks/peers/gob-go && go test -bench .
let benchmarks: @Sendable () -> Void = {
    for work in CodecWork.all {
        Benchmark(
            work.name,
            configuration: .init(
                metrics: [.wallClock, .throughput], timeUnits: .nanoseconds, scalingFactor: .kilo,
                maxDuration: .seconds(2), maxIterations: 10_000)
        ) { benchmark in
            work.run(benchmark.scaledIterations.count)
        }
    }
}
