"""Third-party charts, Helm's engines, and the Kubernetes objects that they yield."""
