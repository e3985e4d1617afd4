import Testing

@testable import BenchmarkResults

/// How many cores a process may use.
@Suite("Granted cores")
struct GrantedCoresTests {
    private static let status = "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t0-3,7\nMems_allowed:\t1\n"

    @Test("what taskset allows, and no more than the control groups grant, whole cores only")
    func granted() {
        func count(_ status: String, _ groups: String, _ files: [String: String]) -> Int {
            GrantedCores.count(status: status, groups: groups) { files[$0] }
        }
        #expect(count(Self.status, "", [:]) == 5)
        #expect(count("Cpus_allowed_list:\t2", "", [:]) == 1)
        #expect(count(Self.status, "0::/a/b\n", ["/sys/fs/cgroup/a/b/cpu.max": "max 100000"]) == 5)
        #expect(count(Self.status, "0::/a/b\n", ["/sys/fs/cgroup/a/cpu.max": "250000 100000\n"]) == 2)
        #expect(count(Self.status, "0::/\n", ["/sys/fs/cgroup/cpu.max": "50000 100000"]) == 1)
        #expect(
            count(
                Self.status, "4:cpu,cpuacct:/x\n3:memory:/x",
                [
                    "/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "300000\n",
                    "/sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000\n",
                ])
                == 3)
        #expect(
            count(
                Self.status, "4:cpu:/",
                ["/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"]) == 5)
        #expect(GrantedCores.count >= 1)
    }
}
