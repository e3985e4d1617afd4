import brokerlab

await Program.run(with: Postcard.descriptors)
