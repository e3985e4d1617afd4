"""Checks the compose file as far as that goes without Docker: it parses, and what its services name is there."""

import pathlib
import sys

import yaml

path = pathlib.Path(sys.argv[1])
compose = yaml.safe_load(path.read_text())
services = compose["services"]
problems = []

for name, service in services.items():
    if "image" not in service and "build" not in service:
        problems.append(f"{name}: needs an image, or how to build one")
    for other in service.get("depends_on", {}):
        if other not in services:
            problems.append(f"{name}: depends on {other}, which is no service")
    if "build" in service:
        context = path.parent / service["build"]["context"]
        if not (context / service["build"]["dockerfile"]).is_file():
            problems.append(f"{name}: {service['build']['dockerfile']} is not in {context}")
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if not source.startswith((".", "/")) and source not in compose.get("volumes", {}):
            problems.append(f"{name}: {source} is no volume")

    for secret in service.get("secrets", []):
        if secret not in compose.get("secrets", {}):
            problems.append(f"{name}: {secret} is no secret")

if problems:
    sys.exit("\n".join(f"{path}: {problem}" for problem in problems))
