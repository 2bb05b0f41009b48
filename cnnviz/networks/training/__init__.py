"""Training: a frozen recipe, the real torch module, and what is kept on the way."""

from cnnviz.networks.modes import in_eval_mode, in_train_mode
from cnnviz.networks.training.augment import Augment
from cnnviz.networks.training.code import code
from cnnviz.networks.training.history import History, News
from cnnviz.networks.training.moments import EDGES, Moment, Update
from cnnviz.networks.training.optimisers import OPTIMISERS, SGD, Adam, AdamW, Optimiser
from cnnviz.networks.training.recipe import Recipe
from cnnviz.networks.training.schedules import SCHEDULES, Constant, Cosine, OneCycle, Schedule, StepLR
from cnnviz.networks.training.scores import scores
from cnnviz.networks.training.train import Budget, Progress, train

__all__ = ["EDGES", "OPTIMISERS", "SCHEDULES", "SGD"]
__all__ += ["Adam", "AdamW", "Augment", "Budget", "Constant", "Cosine", "History", "Moment", "News", "OneCycle"]
__all__ += ["Optimiser", "Progress", "Recipe", "Schedule", "StepLR", "Update", "code", "in_eval_mode"]
__all__ += ["in_train_mode", "scores", "train"]
