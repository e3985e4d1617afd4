import EntryStore

extension StoreError {
    /// What a refused statement means for entries, by its SQLSTATE (PostgreSQL's Appendix A).
    init(sqlState: String, _ reason: String) {
        let cause: Cause =
            switch sqlState {
            // disk_full; out_of_memory is no less of a lack, and passes as little by itself.
            case "53100", "53200": .full
            // too_many_connections; admin_shutdown, crash_shutdown, cannot_connect_now, and others of operator intervention;
            // what class 08 has: connection exceptions.
            case "53300", "57P01", "57P02", "57P03", "57P05": .gone
            case let state where state.hasPrefix("08"): .gone
            // read_only_sql_transaction: a standby, or one that was told so.
            case "25006": .readOnly
            // lock_not_available, deadlock_detected, serialization_failure; query_canceled is what a timeout does.
            case "55P03", "40P01", "40001", "57014": .locked
            // data_corrupted, index_corrupted
            case "XX001", "XX002": .corrupt
            default: .other
            }
        self.init(cause, reason)
    }
}
