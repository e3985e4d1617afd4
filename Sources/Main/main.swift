import brokerlab

await Program.run()
