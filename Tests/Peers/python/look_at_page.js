// Run in a page by check_page.py: what there is to be seen of it, as one object.
(() => {
    const found = { wide: [], faint: [], overlapping: [], series: 0, texts: 0 };

    const channels = (text) => {
        const numbers = text.match(/[\d.]+/g).map(Number);
        if (text.startsWith("color(srgb")) return [...numbers.slice(0, 3).map((n) => n * 255), numbers[3] ?? 1];
        return [...numbers.slice(0, 3), numbers[3] ?? 1];
    };
    const over = (top, alpha, ground) => ground.map((value, index) => top[index] * alpha + value * (1 - alpha));
    // What an element stands on: the backgrounds of all that it is in, on the page's canvas.
    const ground = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) layers.push(channels(getComputedStyle(at).backgroundColor));
        let colour = matchMedia("print").matches || matchMedia("(prefers-color-scheme:light)").matches
            ? [255, 255, 255] : [18, 18, 18];
        for (const layer of layers.reverse()) colour = over(layer, layer[3], colour);
        return colour;
    };
    const luminance = (colour) => {
        const [r, g, b] = colour.map((value) => {
            const part = value / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    // WCAG 2.2, "contrast ratio".
    const contrast = (one, other) => {
        const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const opacity = (element) => {
        let whole = 1;
        for (let at = element; at; at = at.parentElement) whole *= Number(getComputedStyle(at).opacity);
        return whole;
    };
    const check = (element, what, colour, alpha, least) => {
        const [r, g, b, own] = channels(colour);
        const under = ground(what === "swatch" ? element.parentElement : element);
        const ratio = contrast(over([r, g, b], own * alpha * opacity(element), under), under);
        if (ratio < least) {
            const name = `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`;
            found.faint.push(`${what} ${name}: ${ratio.toFixed(2)} to 1, ${colour} on rgb(${under.map(Math.round)})`);
        }
    };
    const isShown = (element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 || box.height > 0;
    };

    // Nothing is wider than the window but tables that scroll by themselves.
    const right = document.documentElement.clientWidth;
    for (const element of document.querySelectorAll("body *")) {
        const box = element.getBoundingClientRect();
        if (isShown(element) && !element.closest(".scroll") && (box.right > right + 1 || box.left < -1)) {
            const words = element.textContent.trim().slice(0, 40);
            found.wide.push(`${element.tagName.toLowerCase()} from ${box.left | 0} to ${box.right | 0}: ${words}`);
        }
    }
    found.scrolls = document.documentElement.scrollWidth - right;

    // Graphics, WCAG 1.4.11: 3 to 1. Lines of the grid and bands behind curves are no data.
    for (const element of document.querySelectorAll("svg rect, svg polyline, svg line")) {
        if (element.matches(".grid, .band") || !isShown(element)) continue;
        const style = getComputedStyle(element);
        const isArea = element.tagName === "rect";
        found.series += 1;
        check(
            element, "series", isArea ? style.fill : style.stroke,
            Number(isArea ? style.fillOpacity : style.strokeOpacity), 3);
    }
    for (const element of document.querySelectorAll(".swatch")) {
        found.series += 1;
        check(element, "swatch", getComputedStyle(element).backgroundColor, 1, 3);
    }

    // Text, WCAG 1.4.3: 4.5 to 1.
    for (const element of document.querySelectorAll("body *")) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!own || !isShown(element) || ["STYLE", "SCRIPT"].includes(element.tagName)) continue;
        const style = getComputedStyle(element);
        found.texts += 1;
        check(element, "text", element.closest("svg") ? style.fill : style.color, 1, 4.5);
    }

    // No two texts of a chart lie on each other.
    for (const chart of document.querySelectorAll("svg")) {
        const boxes = [...chart.querySelectorAll("text")].map((text) => [text, text.getBoundingClientRect()]);
        boxes.forEach(([one, a], index) => {
            for (const [other, b] of boxes.slice(index + 1)) {
                const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                // A line's box is higher than its letters.
                if (width > 1 && height > 0.35 * Math.min(a.height, b.height)) {
                    found.overlapping.push(`'${one.textContent}' and '${other.textContent}'`);
                }
            }
        });
    }

    found.verdict = [...document.querySelectorAll(".verdict li")].map((item) => item.textContent);
    // The columns of all grids, each with the transports' names and what they come to.
    const said = (cell) => cell.innerText.replace(/\s+/g, " ").trim();
    found.grid = [...document.querySelectorAll("table.grid")].flatMap((grid) =>
        [...grid.tHead.rows[0].cells].slice(1).map((_, load) =>
            [...grid.tBodies[0].rows].map((row) => [said(row.cells[0]), said(row.cells[load + 1])])));
    found.height = document.documentElement.scrollHeight;
    found.scripts = document.scripts.length;
    return found;
})()
