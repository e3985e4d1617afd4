"""Checks the files for Kubernetes as far as that goes without a cluster: schemas, and that what they name is there."""

import pathlib
import sys

import kubernetes_validate
import yaml

# A release that all fields here are of.
VERSION = "1.37.0"
# What the operator makes beside a RabbitmqCluster: https://www.rabbitmq.com/kubernetes/operator/using-operator
MADE_BY_OPERATOR = ("{name}-default-user", {"username", "password", "host", "port"})
# The fields of a RabbitmqCluster's `spec` that are used here, and theirs: rabbitmq/cluster-operator, api/v1beta1.
CLUSTER_FIELDS = {
    "replicas": int,
    "image": str,
    "persistence": {"storage", "storageClassName"},
    "resources": {"requests", "limits"},
    "rabbitmq": {"additionalPlugins", "additionalConfig", "advancedConfig", "envConfig"},
    "service": {"type", "annotations"},
}
# The user makes this one, as the comment in logger.yaml says.
secrets = {"broker-lab-control": {"token"}}
hosts = set()
problems = []
documents = []


def check_cluster(name, spec):
    """Holds the fields of a RabbitmqCluster against those that there are."""
    for field, value in spec.items():
        allowed = CLUSTER_FIELDS.get(field)
        if allowed is None:
            problems.append(f"{name}: there is no field {field}")
        elif isinstance(allowed, type):
            if not isinstance(value, allowed):
                problems.append(f"{name}: {field} is no {allowed.__name__}")
        else:
            problems.extend(f"{name}: there is no field {field}.{other}" for other in set(value) - allowed)


def check_pod(name, pod):
    """Checks that the secrets and volumes of a pod are there, and the hosts that its arguments name."""
    volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
    for volume in volumes.values():
        secret = volume.get("secret", {}).get("secretName")
        if secret is not None and secret not in secrets:
            problems.append(f"{name}: nobody makes the secret {secret}")
    for container in pod["containers"]:
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in volumes:
                problems.append(f"{name}: {mount['name']} is no volume")
        for variable in container.get("env", []):
            reference = variable["valueFrom"]["secretKeyRef"]
            if reference["key"] not in secrets.get(reference["name"], set()):
                problems.append(f"{name}: nobody makes {reference['name']}.{reference['key']}")
        text = " ".join(container["args"])
        for variable in container.get("env", []):
            text = text.replace(f"$({variable['name']})", "x")
        if "$(" in text:
            problems.append(f"{name}: its arguments name a variable that it has not")
        for word in text.replace(",", " ").split():
            host = word.rpartition("=")[2].rpartition("@")[2].rpartition(":")[0]
            if host and host not in hosts:
                problems.append(f"{name}: {host} is no service")


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.yaml")):
    for document in yaml.safe_load_all(path.read_text()):
        documents.append((f"{path} {document['kind']}", document))
if not documents:
    sys.exit(f"{sys.argv[1]}: nothing is there")

for name, document in documents:
    own = document["metadata"]["name"]
    if document["apiVersion"] == "rabbitmq.com/v1beta1" and document["kind"] == "RabbitmqCluster":
        check_cluster(name, document["spec"])
        secrets[MADE_BY_OPERATOR[0].format(name=own)] = MADE_BY_OPERATOR[1]
        hosts.add(own)
        continue
    try:
        kubernetes_validate.validate(document, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        problems.append(f"{name}: {'.'.join(str(part) for part in error.path)}: {error.message}")
    if document["kind"] == "Service":
        hosts.add(own)

for name, document in documents:
    template = document["spec"].get("template")
    if template is not None:
        check_pod(name, template["spec"])
        if document["kind"] == "Deployment":
            ports = {port["containerPort"] for port in template["spec"]["containers"][0]["ports"]}
            for other_name, other in documents:
                if other["kind"] == "Service":
                    if not other["spec"]["selector"].items() <= template["metadata"]["labels"].items():
                        problems.append(f"{other_name}: selects no pod")
                    if {port["port"] for port in other["spec"]["ports"]} != ports:
                        problems.append(f"{other_name}: its ports are not the container's")

if problems:
    sys.exit("\n".join(problems))
