import Testing

@testable import PostgreSQLServer

/// Which PostgreSQL is used, and what is said where there is none.
struct PostgreSQLInstallationTests {
    @Test func isFoundWithoutASearchPath() throws {
        let found = try PostgreSQLInstallation.find(named: nil, searchPath: "")
        #expect(found.folder.hasPrefix("/usr/lib/postgresql/"))
        #expect(try PostgreSQLInstallation.find(named: found.folder, searchPath: "") == found)
    }

    @Test(arguments: ["/nonexistent", "/bin", "postgres", "\u{0}"])
    func isMissingWhereTheNameIsUnusable(_ name: String) throws {
        let error = #expect(throws: PostgreSQLServerError.self) {
            try PostgreSQLInstallation.find(named: name, searchPath: "/usr/sbin")
        }
        let text = try #require(error).description
        #expect(text.hasPrefix("PostgreSQL is missing: BROKERLAB_POSTGRESQL is '\(name)'"))
        #expect(text.hasSuffix("apt-get install postgresql"))
        #expect(!text.contains("\n"))
    }
}
