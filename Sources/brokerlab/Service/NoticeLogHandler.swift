import Logging
import Terminal

/// What libraries log, as lines on standard error like every other notice.
struct NoticeLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        StandardError.write(line: "\(event.level): \(event.message)")
    }
}
