// amqp-consumer consumes log entries from the exchange logs_topic, as a user of amqp091-go does, and prints each as a line
// of JSON, with the size of its body, its routing key and its message-id.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func main() {
	to := flag.String("to", "amqp://127.0.0.1:5672", "the URL of RabbitMQ")
	keys := flag.String("keys", "log.INFO,log.WARNING,log.ERROR", "the routing keys to bind, separated by commas")
	short := flag.Bool("sizes", false, "print the size of an entry's text instead of the text")
	limit := flag.Float64("for", 60, "the longest time to run, in seconds")
	flag.Parse()
	time.AfterFunc(time.Duration(*limit*float64(time.Second)), func() { os.Exit(3) })

	connection, err := amqp.Dial(*to)
	check(err)
	channel, err := connection.Channel()
	check(err)
	check(channel.ExchangeDeclare("logs_topic", "topic", true, false, false, false, nil))
	queue, err := channel.QueueDeclare("", false, true, true, false, nil)
	check(err)
	for _, key := range strings.Split(*keys, ",") {
		check(channel.QueueBind(queue.Name, key, "logs_topic", false, nil))
	}
	deliveries, err := channel.Consume(queue.Name, "", false, false, false, false, nil)
	check(err)
	say(map[string]any{"queue": queue.Name})
	for delivery := range deliveries {
		var entry struct{ Name, Data string }
		check(json.Unmarshal(delivery.Body, &entry))
		line := map[string]any{
			"name": entry.Name, "data": entry.Data, "key": delivery.RoutingKey, "size": len(delivery.Body),
			"content_type": delivery.ContentType, "message_id": delivery.MessageId,
		}
		if *short {
			line["data"] = fmt.Sprint(len(entry.Data))
		}
		say(line)
		check(delivery.Ack(false))
	}
}

func say(line map[string]any) {
	out, err := json.Marshal(line)
	check(err)
	fmt.Println(string(out))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
