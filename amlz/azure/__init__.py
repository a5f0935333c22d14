"""The vocabulary of Azure Resource Manager: ids, resources, and how Pulumi inputs become request bodies."""
