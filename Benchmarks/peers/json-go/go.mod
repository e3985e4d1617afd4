module broker-lab/json-go

go 1.23
