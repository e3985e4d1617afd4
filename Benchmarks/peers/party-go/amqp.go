package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	exchange = "logs_topic"
	key      = "log.INFO"
	prefetch = 256
	// One acknowledgement for so many deliveries, or for what there is when nothing more waits.
	batch = 64
)

func openAMQP(url string) (*amqp.Connection, *amqp.Channel, error) {
	connection, err := amqp.Dial(url)
	if err != nil {
		return nil, nil, err
	}
	channel, err := connection.Channel()
	if err == nil {
		err = channel.ExchangeDeclare(exchange, "topic", true, false, false, false, nil)
	}
	if err != nil {
		connection.Close()
		return nil, nil, err
	}
	return connection, channel, nil
}

// consume records what comes to a queue of its own.
func consume(url, queue string, isTemporary bool, entries *ledger) (stop func()) {
	connection, channel, err := openAMQP(url)
	check(err)
	var arguments amqp.Table
	if isTemporary {
		arguments = amqp.Table{"x-expires": int32(60000)}
	}
	_, err = channel.QueueDeclare(queue, true, isTemporary, false, false, arguments)
	check(err)
	for _, severity := range []string{"INFO", "WARNING", "ERROR"} {
		check(channel.QueueBind(queue, "log."+severity, exchange, false, nil))
	}
	if !atDefaults {
		check(channel.Qos(prefetch, 0, false))
	}
	deliveries, err := channel.Consume(queue, "", false, false, false, false, nil)
	check(err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		unacknowledged := 0
		for delivery := range deliveries {
			// What is no entry is taken out of the queue, so that it does not come again and again.
			if e := (entry{}); json.Unmarshal(delivery.Body, &e) == nil {
				entries.record(e.Name, e.Data, e.Run, e.Seq, e.SentAt)
			} else {
				fmt.Fprintln(os.Stderr, "party-go: a message is no entry")
			}
			unacknowledged++
			if atDefaults || unacknowledged >= batch || len(deliveries) == 0 {
				if delivery.Ack(!atDefaults) != nil {
					return
				}
				unacknowledged = 0
			}
		}
	}()
	return func() {
		connection.Close()
		<-ended
	}
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

// amqpSender publishes persistent messages on one channel, and waits for the confirm of each.
type amqpSender struct {
	connection *amqp.Connection
	channel    *amqp.Channel
	bodies     []bytes.Buffer
	// isReturned is whether a message came back, since no queue takes it.
	isReturned atomic.Bool

	// A message's delivery tag is known in advance, as one goroutine at a time publishes.
	lock    sync.Mutex
	lastTag uint64
	// waiting are the workers whose messages are not confirmed yet, by tag; they are told in answers.
	waiting map[uint64]int
	answers []chan bool
	failure chan struct{}
	reason  error
}

func dialAMQP(target string, workers int) (sender, error) {
	connection, channel, err := openAMQP(target)
	if err != nil {
		return nil, err
	}
	if err := channel.Confirm(false); err != nil {
		connection.Close()
		return nil, err
	}
	s := &amqpSender{
		connection: connection, channel: channel, bodies: make([]bytes.Buffer, workers),
		waiting: make(map[uint64]int, workers), answers: make([]chan bool, workers), failure: make(chan struct{}),
	}
	for i := range s.answers {
		s.answers[i] = make(chan bool, 1)
	}
	returns := channel.NotifyReturn(make(chan amqp.Return, workers))
	go func() {
		for range returns {
			s.isReturned.Store(true)
		}
	}()
	if !atDefaults {
		go s.readConfirms(channel.NotifyPublish(make(chan amqp.Confirmation, workers)))
	}
	return s, nil
}

func (s *amqpSender) readConfirms(confirms <-chan amqp.Confirmation) {
	for confirm := range confirms {
		s.lock.Lock()
		worker := s.waiting[confirm.DeliveryTag]
		delete(s.waiting, confirm.DeliveryTag)
		s.lock.Unlock()
		s.answers[worker] <- confirm.Ack
	}
	s.reason = errors.New("the channel was closed")
	close(s.failure)
}

func (s *amqpSender) send(worker int, e *entry) error {
	body := &s.bodies[worker]
	body.Reset()
	if err := json.NewEncoder(body).Encode(e); err != nil {
		return notSent{err}
	}
	message := amqp.Publishing{ContentType: "application/json", DeliveryMode: amqp.Persistent, Body: body.Bytes()}
	isTaken := false
	if atDefaults {
		confirm, err := s.channel.PublishWithDeferredConfirm(exchange, key, true, false, message)
		if err != nil {
			return err
		}
		isTaken = confirm.Wait()
	} else {
		s.lock.Lock()
		s.lastTag++
		s.waiting[s.lastTag] = worker
		err := s.channel.PublishWithContext(context.Background(), exchange, key, true, false, message)
		s.lock.Unlock()
		if err != nil {
			return err
		}
		select {
		case isTaken = <-s.answers[worker]:
		case <-s.failure:
			return s.reason
		}
	}
	if !isTaken || s.isReturned.Load() {
		return rejected{errors.New("RabbitMQ did not take a message, or no queue does")}
	}
	return nil
}

func (s *amqpSender) close() { s.connection.Close() }
