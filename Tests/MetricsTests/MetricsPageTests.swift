import Metrics
import Synchronization
import Testing

@Suite("The page of metrics")
struct MetricsPageTests {
    @Test("what is counted is read when the text is asked for, and not before")
    func readWhenAsked() {
        let page = MetricsPage()
        let count = Mutex(0)
        page.add {
            let now = count.withLock { count in
                count += 1
                return count
            }
            return [MetricFamily(.counter, "readings_total", "Readings.", now)]
        }
        #expect(count.withLock { $0 } == 0)
        #expect(page.text().hasSuffix("readings_total 1\n"))
        #expect(page.text().hasSuffix("readings_total 2\n"))
    }

    @Test("families of one name from several sources are one")
    func merged() {
        let page = MetricsPage()
        for transport in ["a", "b"] {
            page.add {
                var family = MetricFamily(.counter, "entries_total", "Entries.")
                family.add(1.0, [.init("transport", transport)])
                return [family, MetricFamily(.gauge, "other_\(transport)", "Another.", 0)]
            }
        }
        #expect(
            page.text() == """
                # HELP entries_total Entries.
                # TYPE entries_total counter
                entries_total{transport="a"} 1
                entries_total{transport="b"} 1
                # HELP other_a Another.
                # TYPE other_a gauge
                other_a 0
                # HELP other_b Another.
                # TYPE other_b gauge
                other_b 0

                """)
    }

    @Test("who waits for a reader goes on when there is one")
    func read() async {
        let page = MetricsPage()
        // A reading of before tells nothing.
        _ = page.text()
        async let isRead = page.untilRead(within: .seconds(60))
        let reader = Task {
            while !Task.isCancelled {
                _ = page.text()
                await Task.yield()
            }
        }
        #expect(await isRead)
        reader.cancel()
    }

    @Test("who waits for a reader does not wait for ever, nor when cancelled")
    func notRead() async {
        let page = MetricsPage()
        #expect(await page.untilRead(within: .milliseconds(1)) == false)
        let waiting = Task { await page.untilRead(within: .seconds(600)) }
        waiting.cancel()
        #expect(await waiting.value == false)
    }
}
