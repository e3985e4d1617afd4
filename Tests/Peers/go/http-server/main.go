// Receives log entries with POST /log over HTTP/1.1 or HTTP/2, as a Go logger does, and prints them.
package main

import (
	"encoding/json"
	"net/http"

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

func answer(w http.ResponseWriter, status int, body envelope) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// log records an entry. The name "refuse" makes it answer with an error.
func log(w http.ResponseWriter, r *http.Request) {
	var e entry
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		answer(w, http.StatusBadRequest, envelope{true, err.Error()})
		return
	}
	if e.Name == "refuse" {
		answer(w, http.StatusUnprocessableEntity, envelope{true, "this logger refuses the entry"})
		return
	}
	peer.PrintEntry(e.Name, e.Data)
	answer(w, http.StatusAccepted, envelope{false, "logged"})
}

func main() {
	http.HandleFunc("POST /log", log)
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := http.Server{Protocols: &protocols}
	peer.Fail(server.Serve(peer.Listen()))
}
