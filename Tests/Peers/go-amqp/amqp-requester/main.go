// amqp-requester sends log entries to the exchange logs_topic and waits for a logger's answer to each, by RabbitMQ's direct
// reply-to, as a user of amqp091-go does.
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

const replyTo = "amq.rabbitmq.reply-to"

func main() {
	to := flag.String("to", "amqp://127.0.0.1:5672", "the URL of RabbitMQ")
	count := flag.Int("count", 1, "how many entries to send")
	name := flag.String("name", "event", "what the entries are about")
	data := flag.String("data", "data", "the entries' text, to which their number is added")
	raw := flag.String("raw", "", "send this body instead of an entry")
	reply := flag.String("reply-to", replyTo, "where to ask for the answers")
	limit := flag.Float64("for", 60, "the longest time to run, in seconds")
	flag.Parse()
	time.AfterFunc(time.Duration(*limit*float64(time.Second)), func() { os.Exit(3) })

	connection, err := amqp.Dial(*to)
	check(err)
	channel, err := connection.Channel()
	check(err)
	replies, err := channel.Consume(replyTo, "", true, false, false, false, nil)
	check(err)
	for i := 0; i < *count; i++ {
		body, err := json.Marshal(map[string]string{"name": *name, "data": fmt.Sprintf("%s #%d", *data, i)})
		check(err)
		if *raw != "" {
			body = []byte(*raw)
		}
		check(channel.PublishWithContext(context.Background(), "logs_topic", "log.INFO", true, false, amqp.Publishing{
			ContentType: "application/json", ReplyTo: *reply, CorrelationId: fmt.Sprintf("request %d", i), Body: body,
		}))
	}
	open := map[string]bool{}
	for i := 0; i < *count; i++ {
		open[fmt.Sprintf("request %d", i)] = true
	}
	acked, text := 0, ""
	if *reply == replyTo {
		for len(open) > 0 {
			answer := <-replies
			if !open[answer.CorrelationId] {
				fmt.Fprintln(os.Stderr, "an answer to nothing:", answer.CorrelationId)
				os.Exit(1)
			}
			delete(open, answer.CorrelationId)
			var envelope struct {
				Error   bool
				Message string
			}
			check(json.Unmarshal(answer.Body, &envelope))
			if !envelope.Error {
				acked++
			}
			text = envelope.Message
		}
	}
	out, err := json.Marshal(map[string]any{"sent": *count, "acked": acked, "reply": text, "error": ""})
	check(err)
	fmt.Println(string(out))
	check(connection.Close())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
