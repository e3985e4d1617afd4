/// The cores that this process may use: what the scheduler's affinity (taskset) and the control groups grant it, which may be
/// fewer than the machine has.
package enum GrantedCores {
    /// How many there are, at least one; of a share of a core, whole ones only.
    package static var count: Int {
        count(
            status: SmallFile.text(at: "/proc/self/status"), groups: SmallFile.text(at: "/proc/self/cgroup"),
            read: SmallFile.text)
    }

    /// - Parameters:
    ///   - status: `/proc/self/status`.
    ///   - groups: `/proc/self/cgroup`.
    ///   - read: reads a file of the control groups.
    static func count(status: String?, groups: String?, read: (String) -> String?) -> Int {
        let allowed = status.flatMap(allowed) ?? 1
        let quota = quota(groups: groups ?? "", read: read).map { Int($0) } ?? allowed
        return max(1, min(allowed, quota))
    }

    /// The cores of `Cpus_allowed_list: 0-3,7` (proc(5)).
    private static func allowed(_ status: String) -> Int? {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") }) else {
            return nil
        }
        let list = line.dropFirst("Cpus_allowed_list:".count).filter { !$0.isWhitespace }
        return list.split(separator: ",").map { range in
            let ends = range.split(separator: "-").compactMap { Int($0) }
            return ends.count == 2 ? max(0, ends[1] - ends[0] + 1) : ends.count
        }.reduce(0, +)
    }

    /// The smallest share of the group and those above it, in cores; nil without any.
    private static func quota(groups: String, read: (String) -> String?) -> Double? {
        let shares = groups.split(separator: "\n").flatMap { line -> [Double] in
            // Documentation/admin-guide/cgroup-v2.rst: `0::/path`; version 1: `4:cpu,cpuacct:/path`.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let isSecond = parts[1].isEmpty
            guard isSecond || parts[1].split(separator: ",").contains("cpu") else { return [] }
            var path = parts[2].split(separator: "/")
            var shares: [Double] = []
            while true {
                let folder = ([isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu"] + path).joined(separator: "/")
                let share =
                    isSecond
                    ? share(read("\(folder)/cpu.max"))
                    : share(read("\(folder)/cpu.cfs_quota_us"), read("\(folder)/cpu.cfs_period_us"))
                if let share { shares.append(share) }
                guard path.popLast() != nil else { return shares }
            }
        }
        return shares.min()
    }

    /// Of a quota and a period in microseconds, in one text or in two; nil for `max` and -1.
    private static func share(_ texts: String?...) -> Double? {
        let numbers = texts.compactMap { $0 }.joined(separator: " ").split(whereSeparator: \.isWhitespace)
            .map { Double($0) ?? -1 }
        guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
        return numbers[0] / numbers[1]
    }
}
