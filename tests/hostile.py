"""What no setting should be, and somebody says nevertheless: in addresses, in boxes, in messages."""

NO_NUMBERS = ["inf", "-inf", "nan", "1e999", "-1e999", "9" * 400, "9" * 5000, "1e308", "-1", "0x10", "1_0", "٣"]
NO_TEXTS = ["", " ", "\0", "\x1b[2J", "a" * 5000, "é\u202e🙂", "<b>x</b>", "[a](http://b)", "${x}", "../..", "&amp;"]
NO_ROWS = ["9" * 5000 + ", 3", "3, " + "9" * 25, "1x" + "9" * 5000, ",,,", "1," * 500, "3, 4096, 4096, 4096", "0, 0"]
NO_NETS = ["MaxPool2d(4096,stride=1)", "Conv2d(1,1," + "9" * 5000 + ")", "ReLU();" * 300, "Linear(1,9999999)"]
NO_LINKS = ["x", "network?net=" + "a" * 900, "pooling?beside=pooling", "//[", "convolution?stride=1&stride=inf"]
EVERYTHING = [*NO_NUMBERS, *NO_TEXTS, *NO_ROWS, *NO_NETS, *NO_LINKS]
