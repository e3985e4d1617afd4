-- What wrk sends to a logger, and one line of JSON as the other clients of Benchmarks/peers print it:
--   wrk --threads 1 --connections 64 --duration 2s --script wrk.lua http://127.0.0.1:8080/log -- 100 16
-- The numbers behind -- are the payload, in bytes, and how many requests go out behind one another (1 when left out).

local requests

function init(arguments)
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = string.format('{"name":"bench","data":"%s"}', string.rep("x", tonumber(arguments[1] or "100")))
    requests = string.rep(wrk.format(), tonumber(arguments[2] or "1"))
end

function request()
    return requests
end

-- A percentile as JSON; wrk has none beyond some of the times of requests behind one another, and says 0 then.
local function percentile(latency, percent)
    local value = latency:percentile(percent)
    return value > 0 and string.format("%f", value) or "NaN"
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
        '{"messages": %d, "total_messages": %d, "seconds": %f, "messages_per_s": %f, "p50_us": %s, "p99_us": %s}\n',
        summary.requests, summary.requests, seconds, summary.requests / seconds, percentile(latency, 50),
        percentile(latency, 99)))
end
