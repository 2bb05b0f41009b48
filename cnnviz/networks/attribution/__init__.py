"""What a number of a network owes to the cells of its input: gradients, Grad-CAM, occlusion."""

from cnnviz.networks.attribution.grad_cam import GradCam, grad_cam
from cnnviz.networks.attribution.gradient import Slope, gradient
from cnnviz.networks.attribution.occlusion import Occluded, Occlusion, occlusion

__all__ = ["GradCam", "Occluded", "Occlusion", "Slope", "grad_cam", "gradient", "occlusion"]
