package import Broker

/// What the two halves can be told of HTTP.
package enum HTTPOptions {
    /// Whether every 2xx acknowledges an entry, but for one that says that it failed; otherwise only the contract's envelope does.
    package static let anySuccess: TransportOption<Bool> = {
        var option = TransportOption.flag(
            "any-2xx", of: .broker,
            "For http: take every answer with a 2xx for an acknowledgement, but for one that says that it failed. Otherwise only "
                + "{\"error\": false} is one, and the outcome of an entry with another answer is unknown.")
        option.remark = "every 2xx counted as an acknowledgement"
        return option
    }()
}
