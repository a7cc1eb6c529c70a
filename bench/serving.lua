-- Asks for the paths in a file, one after another, and tells in JSON how that went.
function init(args)
  paths, asked = {}, 0
  for path in io.lines(args[1]) do paths[#paths + 1] = path end
  wrk.path = paths[1]
  if #paths > 1 then
    request = function()
      asked = asked + 1
      return wrk.format("GET", paths[asked % #paths + 1])
    end
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\nfound: {"seconds": %f, "requests": %d, "p50_ms": %f, "p99_ms": %f, "failed": %d, "broken": %d}\n',
    summary.duration / 1e6, summary.requests, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.status, e.connect + e.read + e.write + e.timeout))
end
