// amqp-publisher publishes log entries to the exchange logs_topic with publisher confirms, as a user of amqp091-go does.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func main() {
	to := flag.String("to", "amqp://127.0.0.1:5672", "the URL of RabbitMQ")
	count := flag.Int("count", 1, "how many entries to publish")
	name := flag.String("name", "event", "what the entries are about")
	data := flag.String("data", "data", "the entries' text, to which their number is added")
	severity := flag.String("severity", "INFO", "INFO, WARNING or ERROR")
	sizes := flag.String("sizes", "", "publish one body of each of these sizes instead, separated by commas")
	limit := flag.Float64("for", 60, "the longest time to run, in seconds")
	flag.Parse()
	time.AfterFunc(time.Duration(*limit*float64(time.Second)), func() { os.Exit(3) })

	var bodies [][]byte
	if *sizes != "" {
		for _, text := range strings.Split(*sizes, ",") {
			size, err := strconv.Atoi(text)
			check(err)
			bodies = append(bodies, bodyOf(size))
		}
	} else {
		for i := 0; i < *count; i++ {
			body, err := json.Marshal(map[string]string{"name": *name, "data": fmt.Sprintf("%s #%d", *data, i)})
			check(err)
			bodies = append(bodies, body)
		}
	}
	acked := publish(*to, "log."+*severity, bodies)
	out, err := json.Marshal(map[string]any{"sent": len(bodies), "acked": acked, "reply": "", "error": ""})
	check(err)
	fmt.Println(string(out))
	if acked != len(bodies) {
		os.Exit(1)
	}
}

// bodyOf makes a body of exactly that size: an entry where one fits, and blanks where none does.
func bodyOf(size int) []byte {
	framework := len(`{"name":"size","data":""}`)
	if size < framework {
		return []byte(strings.Repeat(" ", size))
	}
	return []byte(`{"name":"size","data":"` + strings.Repeat("x", size-framework) + `"}`)
}

func publish(url, key string, bodies [][]byte) (acked int) {
	connection, err := amqp.Dial(url)
	check(err)
	channel, err := connection.Channel()
	check(err)
	check(channel.ExchangeDeclare("logs_topic", "topic", true, false, false, false, nil))
	check(channel.Confirm(false))
	var confirmations []*amqp.DeferredConfirmation
	for _, body := range bodies {
		message := amqp.Publishing{ContentType: "text/plain", DeliveryMode: amqp.Persistent, Body: body}
		confirmation, err := channel.PublishWithDeferredConfirmWithContext(
			context.Background(), "logs_topic", key, true, false, message)
		check(err)
		confirmations = append(confirmations, confirmation)
	}
	for _, confirmation := range confirmations {
		if confirmation.Wait() {
			acked++
		}
	}
	check(connection.Close())
	return acked
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
