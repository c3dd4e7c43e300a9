"""efdgen: short environment specs in, the GitOps tree that Argo CD deploys the EFD from out."""

__version__ = "0.1.0"
