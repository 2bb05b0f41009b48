// Words on the page whose contrast with what lies behind them is below the web's rule (WCAG 2.1, 1.4.3): [ratio, words].
() => {
    const numbers = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
    const colour = (text) => {
        const [r, g, b, alpha = 1] = numbers(text);
        const unit = text.startsWith("color(") ? 255 : 1;
        return [r * unit, g * unit, b * unit, alpha];
    };
    const over = (top, below) => {
        const alpha = top[3] + below[3] * (1 - top[3]);
        if (!alpha) return [0, 0, 0, 0];
        return [...[0, 1, 2].map((i) => (top[i] * top[3] + below[i] * below[3] * (1 - top[3])) / alpha), alpha];
    };
    const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const parent = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host;

    /** Colours of an element's words and of what is behind them, through every background and opacity above it. */
    const seen = (element, style) => {
        let [ink, paper] = [colour(element instanceof SVGElement ? style.fill : style.color), [0, 0, 0, 0]];
        for (let node = element; node; node = parent(node)) {
            const { backgroundColor, opacity } = getComputedStyle(node);
            [ink, paper] = [ink, paper].map((layer) => over(layer, colour(backgroundColor)));
            for (const layer of [ink, paper]) layer[3] *= Number(opacity);
        }
        return [ink, paper].map((layer) => over(layer, [255, 255, 255, 1]));
    };
    const wordsOf = (element) => {
        if (element.matches("input:not([type=range], [type=checkbox], [type=file]), textarea")) return element.value;
        return [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map((node) => node.data.trim()).join(" ").trim();
    };
    const found = [];
    const visit = (root) => {
        for (const element of root.querySelectorAll("*")) {
            if (element.shadowRoot) visit(element.shadowRoot);
            const words = wordsOf(element);
            const { width, height } = element.getBoundingClientRect();
            if (!words || width < 2 || height < 2 || element.closest("script, style, option, [disabled], [aria-disabled=true]")) continue;
            const style = getComputedStyle(element);
            const [light, dark] = seen(element, style).map(luminance).sort((a, b) => b - a);
            const large = parseFloat(style.fontSize) >= 24;
            const ratio = (light + 0.05) / (dark + 0.05);
            if (ratio < (large ? 3 : 4.5)) found.push([ratio, words.slice(0, 40)]);
        }
    };
    visit(document);
    return found;
}
