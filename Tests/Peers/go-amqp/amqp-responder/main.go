// amqp-responder consumes log entries from the exchange logs_topic and answers those who ask for it, as a user of amqp091-go
// does; it refuses the entries called "refuse". It prints each entry as a line of JSON.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func main() {
	to := flag.String("to", "amqp://127.0.0.1:5672", "the URL of RabbitMQ")
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
	check(channel.QueueBind(queue.Name, "log.*", "logs_topic", false, nil))
	deliveries, err := channel.Consume(queue.Name, "", false, true, false, false, nil)
	check(err)
	say(map[string]any{"queue": queue.Name})
	for delivery := range deliveries {
		var entry struct{ Name, Data string }
		check(json.Unmarshal(delivery.Body, &entry))
		say(map[string]any{"name": entry.Name, "data": entry.Data})
		envelope := map[string]any{"error": false, "message": "logged"}
		if entry.Name == "refuse" {
			envelope = map[string]any{"error": true, "message": "this logger refuses the entry"}
		}
		body, err := json.Marshal(envelope)
		check(err)
		check(channel.PublishWithContext(context.Background(), "", delivery.ReplyTo, false, false, amqp.Publishing{
			ContentType: "application/json", CorrelationId: delivery.CorrelationId, Body: body,
		}))
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
