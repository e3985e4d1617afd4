// Sends log entries with POST /log, as a Go broker does.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"time"

	"peers/peer"
)

type entry struct {
	Name string `json:"name"`
	Data string `json:"data"`
}

type envelope struct {
	Error   bool   `json:"error"`
	Message string `json:"message"`
}

func main() {
	http2 := flag.Bool("http2", false, "speak HTTP/2 with prior knowledge")
	flags := peer.ParseClientFlags()
	var protocols http.Protocols
	protocols.SetHTTP1(!*http2)
	protocols.SetUnencryptedHTTP2(*http2)
	client := &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: flags.InFlight, Protocols: &protocols},
	}

	flags.Send(func(name, data string) (string, error) {
		body, err := json.Marshal(entry{Name: name, Data: data})
		if err != nil {
			return "", err
		}
		response, err := client.Post("http://"+flags.To+"/log", "application/json", bytes.NewReader(body))
		if err != nil {
			return "", err
		}
		defer response.Body.Close()

		var answer envelope
		if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
			return "", err
		}
		if response.StatusCode != http.StatusAccepted || answer.Error {
			return answer.Message, fmt.Errorf("%s: %s", response.Status, answer.Message)
		}
		return answer.Message, nil
	})
}
