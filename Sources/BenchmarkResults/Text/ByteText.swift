/// Sizes as people write them.
enum ByteText {
    /// `100 B`, `10 KiB`, `4 MiB`; whole numbers only, in the largest unit that has one.
    static func size(_ bytes: Int) -> String {
        if bytes >= 1 << 20, bytes % (1 << 20) == 0 { return "\(bytes >> 20) MiB" }
        if bytes >= 1 << 10, bytes % (1 << 10) == 0 { return "\(bytes >> 10) KiB" }
        return "\(bytes) B"
    }
}

extension ByteText {
    /// A size that was worked out: `1.4 KiB`.
    static func approximate(_ bytes: Double) -> String {
        if bytes >= 1_048_576 { return "\(NumberText.significant(bytes / 1_048_576)) MiB" }
        if bytes >= 1024 { return "\(NumberText.significant(bytes / 1024)) KiB" }
        return "\(NumberText.significant(bytes)) B"
    }
}
