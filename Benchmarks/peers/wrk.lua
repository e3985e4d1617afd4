-- What wrk sends to a logger, and one line of JSON as the other clients of Benchmarks/peers print it:
--   wrk --threads 1 --connections 64 --duration 2s --script wrk.lua http://127.0.0.1:8080/log -- 100
-- The number behind -- is the payload, in bytes.

function init(arguments)
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = string.format('{"name":"bench","data":"%s"}', string.rep("x", tonumber(arguments[1] or "100")))
end

function done(summary, latency, requests)
    local failed = summary.errors.connect + summary.errors.read + summary.errors.write
        + summary.errors.status + summary.errors.timeout
    if failed > 0 then
        io.stderr:write(string.format("wrk: %d requests failed\n", failed))
        os.exit(1)
    end
    local seconds = summary.duration / 1e6
    io.write(string.format(
        '{"messages": %d, "total_messages": %d, "seconds": %f, "messages_per_s": %f, "p50_us": %f, "p99_us": %f}\n',
        summary.requests, summary.requests, seconds, summary.requests / seconds, latency:percentile(50),
        latency:percentile(99)))
end
