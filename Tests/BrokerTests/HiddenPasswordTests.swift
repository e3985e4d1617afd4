import Broker
import Testing

@Suite struct HiddenPasswordTests {
    @Test(arguments: [
        ("amqp://user:secret@host:5672/vhost", "amqp://user:***@host:5672/vhost"),
        ("amqp://user:se/cr?e#t@host", "amqp://user:***@host"),
        ("amqp://user:a@b@host", "amqp://user:***@host"),
        (
            "'amqp://u:p@h' and amqps://v:q@i:1, http://w:r@j/",
            "'amqp://u:***@h' and amqps://v:***@i:1, http://w:***@j/"
        ),
        ("amqp://host:5672/a@b", "amqp://host:***@b"),
        ("amqp://user@host", "amqp://user@host"), ("http://127.0.0.1:80/log", "http://127.0.0.1:80/log"),
        ("postgres:///logs?password=secret&host=/tmp", "postgres:///logs?password=***&host=/tmp"),
        (
            "'postgres://u:p@h/d?sslpassword=a&x=1&password=b' password=c",
            "'postgres://u:***@h/d?sslpassword=***&x=1&password=***' password=c"
        ),
        ("postgres://h/d?password=&a=b", "postgres://h/d?password=&a=b"),
        ("no address: a:b@c", "no address: a:b@c"), ("", ""), ("://", "://"),
    ])
    func hides(_ text: String, _ shown: String) {
        #expect(text.hidingPasswords == shown)
    }
}
