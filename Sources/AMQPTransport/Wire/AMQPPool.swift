import CRabbitMQ

/// The memory that librabbitmq decodes into and that arguments of outgoing methods lie in.
///
/// The one owner of an `amqp_pool_t`. What was handed out is gone after ``recycle()``; whatever is to live longer has to
/// be copied.
final class AMQPPool {
    private let pool: UnsafeMutablePointer<amqp_pool_t>

    init() {
        pool = .allocate(capacity: 1)
        init_amqp_pool(pool, 4096)
    }

    deinit {
        empty_amqp_pool(pool)
        pool.deallocate()
    }

    /// Makes all of the memory free to be used again.
    func recycle() {
        recycle_amqp_pool(pool)
    }

    /// Decodes the arguments of a method; nil if they are malformed.
    func decode<Arguments>(
        _ method: amqp_method_number_t, _ arguments: UnsafeRawBufferPointer, as type: Arguments.Type
    ) -> Arguments? {
        // The library takes a mutable pointer and only reads.
        let encoded = amqp_bytes_t(
            len: arguments.count, bytes: UnsafeMutableRawPointer(mutating: arguments.baseAddress))
        var decoded: UnsafeMutableRawPointer?
        guard amqp_decode_method(method, pool, encoded, &decoded) >= 0, let decoded else { return nil }
        return decoded.load(as: Arguments.self)
    }

    /// A copy of `text`.
    func bytes(_ text: String) -> amqp_bytes_t { bytes(text.utf8) }

    /// A copy of these bytes.
    func bytes(_ bytes: some Collection<UInt8>) -> amqp_bytes_t {
        var copy = amqp_bytes_t()
        guard !bytes.isEmpty else { return copy }
        amqp_pool_alloc_bytes(pool, bytes.count, &copy)
        UnsafeMutableRawBufferPointer(start: copy.bytes, count: copy.len).copyBytes(from: bytes)
        return copy
    }

    /// A field table.
    func table(_ fields: [(key: String, value: Field)]) -> amqp_table_t {
        guard let memory = amqp_pool_alloc(pool, fields.count * MemoryLayout<amqp_table_entry_t>.stride) else {
            return amqp_table_t()
        }
        let entries = memory.bindMemory(to: amqp_table_entry_t.self, capacity: fields.count)
        for (index, field) in fields.enumerated() {
            let entry = amqp_table_entry_t(key: bytes(field.key), value: value(field.value))
            entries.advanced(by: index).initialize(to: entry)
        }
        return amqp_table_t(num_entries: Int32(fields.count), entries: entries)
    }

    /// A value in a field table.
    enum Field {
        case flag(Bool)
        case number(Int32)
        case text(String)
        case table([(key: String, value: Field)])
    }

    private func value(_ field: Field) -> amqp_field_value_t {
        var value = amqp_field_value_t()
        switch field {
        case .flag(let flag):
            value.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
            value.value.boolean = flag ? 1 : 0
        case .number(let number):
            value.kind = UInt8(AMQP_FIELD_KIND_I32.rawValue)
            value.value.i32 = number
        case .text(let text):
            value.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            value.value.bytes = bytes(text)
        case .table(let fields):
            value.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
            value.value.table = table(fields)
        }
        return value
    }
}
