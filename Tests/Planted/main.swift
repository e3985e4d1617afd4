import brokerlab

await Program.run(with: [Planted.descriptor])
