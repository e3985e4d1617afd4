/// The page's style sheet: light and dark, phone, screen and paper.
enum PageStyle {
    static let text = """
        :root{color-scheme:light dark;--bg:#fff;--fg:#16191d;--dim:#59616b;--line:#d9dde2;--soft:#f4f6f8;--good:#00664a;
        --bad:#a8320a;--c0:#5b6470;--c1:#0072b2;--c2:#d55e00;--c3:#009e73;--c4:#b5548a;--c5:#b98300;--c6:#3594cc;--c7:#1d1f22;--rest:#8a929c}
        @media screen and (prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6e9ec;--dim:#9aa4af;--line:#343b43;--soft:#1d2226;
        --good:#4fc9a0;--bad:#ff9066;--c0:#9aa4af;--c1:#4aa8e0;--c2:#ff8a3d;--c3:#2fc79b;--c4:#e08fbc;--c5:#f0bd3e;--c6:#8fd0f5;
        --c7:#e6e9ec;--rest:#6d7884}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:1260px;padding:1.5rem 1rem 4rem;background:var(--bg);color:var(--fg);
        font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
        h1{font-size:1.55rem;line-height:1.25;margin:0 0 .25rem}
        h2{font-size:1.2rem;margin:2.5rem 0 .5rem;padding-top:.5rem;border-top:1px solid var(--line)}
        h3{font-size:1rem;margin:1.5rem 0 .25rem}
        p,ul{margin:.4rem 0;max-width:46rem}.verdict ul{max-width:none}
        .dim,figcaption,caption{color:var(--dim)}
        .verdict{background:var(--soft);border-left:4px solid var(--c1);padding:.75rem 1rem;margin:1rem 0;border-radius:0 6px 6px 0}
        .verdict ul{margin:0;padding-left:1.1rem}.verdict li{margin:.35rem 0}
        .verdict li.lead{font-size:1.15rem;font-weight:600;list-style:none;margin-left:-1.1rem}
        .verdict li.bad{color:var(--bad)}.good{color:var(--good)}.bad{color:var(--bad)}
        .verdict td.k,.verdict th.k{background:var(--soft)}.verdict p{max-width:none;font-size:.8125rem}
        table.grid{width:auto;font-size:.9rem}table.grid td{text-align:center;padding:.3rem .8rem;border:2px solid var(--soft)}
        table.grid td.k{text-align:left;padding-left:0}table.grid th{text-align:center;white-space:normal}table.grid th.k{text-align:left}
        table.grid td small,.letters{color:var(--fg)}.letters{font-style:italic;font-size:.75rem}
        .g1{background:rgba(64,150,210,.16)}.g2{background:rgba(64,150,210,.3)}.g3{background:rgba(64,150,210,.46)}
        .scroll{overflow-x:auto;margin:.5rem 0;-webkit-overflow-scrolling:touch}
        table{border-collapse:separate;border-spacing:0;font-variant-numeric:tabular-nums;font-size:.8125rem;width:100%}
        th,td{padding:.3rem .4rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
        th{font-weight:600;color:var(--dim)}
        .t{text-align:left}.reasons td{white-space:normal}td.why{min-width:9rem}
        th.k,td.k{position:sticky;left:0;background:var(--bg);text-align:left;font-weight:600;color:var(--fg)}
        td small{display:block;color:var(--dim);font-size:.75rem}
        .swatch{display:inline-block;width:.7rem;height:.7rem;border-radius:2px;margin-right:.45rem}
        .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,350px),1fr));gap:1rem 2rem;grid-auto-flow:dense;align-items:start}
        figure{margin:0;max-width:540px}figure.tall{grid-row:span 2}figcaption{font-size:.875rem;margin-bottom:.25rem}
        svg{display:block;width:100%;height:auto;overflow:visible}
        svg text{fill:var(--fg);font:14px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
        svg text.small{font-size:13px;fill:var(--dim)}svg text.value{font-size:13.5px;font-variant-numeric:tabular-nums}
        svg .axis{stroke:var(--dim);stroke-width:1}svg .grid{stroke:var(--line);stroke-width:1}
        svg .whisker{stroke:var(--fg);stroke-width:1.4}
        svg .curve{fill:none;stroke-width:2.2;stroke-linejoin:round}svg .range{stroke-width:1.2}
        svg .mark{stroke:var(--fg);stroke-width:1;stroke-dasharray:3 3}svg .band{fill:var(--fg);opacity:.08}
        svg .rest{fill:var(--rest)}svg .p1{fill:var(--c1)}svg .p2{fill:var(--rest)}svg .p3{fill:var(--c2)}svg .p4{fill:var(--c7)}svg .p5{fill:var(--c3)}
        svg .d1{fill:var(--c2)}svg .d2{fill:var(--c1)}svg .d3{fill:var(--rest)}svg .d4{fill:var(--c0)}svg .d5{fill:var(--c7)}svg .d6{fill:var(--c3)}
        \(colours)
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.9rem;margin:.5rem 0}
        dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
        code{font:.85em ui-monospace,"DejaVu Sans Mono",Menlo,monospace;overflow-wrap:anywhere}
        @media(max-width:600px){body{font-size:15px;padding:1rem .75rem 3rem}h1{font-size:1.3rem}
        dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}}
        @media print{:root{color-scheme:light;--fg:#000;--dim:#444;--line:#bbb;--soft:#f4f4f4}body{max-width:none;font-size:11px}
        .scroll{overflow:visible}table{font-size:9px}td small{font-size:8px;white-space:normal}
        .swatch,table.grid td{print-color-adjust:exact}th,td{padding:.15rem .2rem}th{white-space:normal}figure,table,.verdict{break-inside:avoid}}
        """

    /// A transport's classes: the colour of an area and of a line, and a line's dash.
    private static let colours = (0..<Palette.count).map { index in
        let dash = ["none", "none", "7 3", "2 3", "9 3 2 3", "5 5", "12 4", "1 4"][index]
        return "svg rect.c\(index){fill:var(--c\(index))}"
            + "svg line.c\(index),svg polyline.c\(index){stroke:var(--c\(index))}"
            + "svg .curve.l\(index){stroke-dasharray:\(dash)}.swatch.c\(index){background:var(--c\(index))}"
    }.joined(separator: "\n")
}
