/// The looks of an atlas page: light and dark, one accent, nothing loaded from elsewhere.
///
/// What a caption holds is told by its colour, by a full mark before the word and by its weight, so that no colour need be
/// seen.
enum AtlasStyle {
  static let css = """
    :root {
      color-scheme: light dark;
      --paper: #f6f5f1; --card: #ffffff; --ink: #1d1c1a; --soft: #63605a; --faint: #8b877f; --line: #e3e0d8;
      --track: #efede7; --bar: #c9c4b8; --said: #0f766e; --said-bar: #4fb3a6; --said-soft: #dff2ee; --warn: #b45309;
      --warn-soft: #fbeedb; --well: #f0eee8;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #161513; --card: #201f1c; --ink: #efece5; --soft: #b0aba0; --faint: #8a857b; --line: #34322d;
        --track: #2b2925; --bar: #5b564c; --said: #5fd0bf; --said-bar: #2a8f80; --said-soft: #16352f; --warn: #f0a54a;
        --warn-soft: #3a2a14; --well: #2a2824;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--paper); color: var(--ink); line-height: 1.45;
      font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
    }
    main, header, footer { max-width: 1440px; margin: 0 auto; padding: 0 28px; }
    header { padding-top: 40px; padding-bottom: 8px; }
    .mark { font-size: 12px; letter-spacing: .14em; text-transform: uppercase; color: var(--said); font-weight: 700; margin: 0; }
    h1 { font-size: 32px; line-height: 1.15; letter-spacing: -.02em; margin: 6px 0 6px; font-weight: 700; overflow-wrap: anywhere; }
    h2 { font-size: 18px; letter-spacing: -.01em; margin: 36px 0 14px; font-weight: 650; }
    .lead { margin: 0; color: var(--soft); max-width: 75ch; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 24px 0 12px; padding: 0; }
    .tile, .panel, .picture { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
    .tile { padding: 14px 16px; display: flex; flex-direction: column; }
    .tile dt { order: 2; color: var(--soft); font-size: 13px; line-height: 1.3; }
    .tile dd { order: 1; margin: 0; font-size: 26px; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
    .tile.warn dd { color: var(--warn); }
    .panels { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 12px; }
    .panel { padding: 16px 18px; min-width: 0; }
    .panel h3 { margin: 0; font-size: 14px; font-weight: 650; }
    .panel p { margin: 2px 0 10px; color: var(--soft); font-size: 13px; }
    .panel svg { display: block; width: 100%; height: auto; }
    .panel svg text { font-size: 12px; fill: var(--soft); font-family: inherit; }
    .curve { fill: none; stroke: var(--said); stroke-width: 2.5; stroke-linejoin: round; }
    .area { fill: var(--said); opacity: .12; }
    .grid { stroke: var(--line); stroke-width: 1; }
    .limit { stroke: var(--warn); stroke-width: 1.5; stroke-dasharray: 5 4; }
    .panel svg text.limit-name { fill: var(--warn); font-weight: 600; }
    .frequent { list-style: none; margin: 0; padding: 0; columns: 2; column-gap: 22px; }
    .frequent li { break-inside: avoid; }
    .legend { display: flex; flex-wrap: wrap; gap: 6px 22px; margin: 0 0 14px; padding: 0; list-style: none; color: var(--soft); font-size: 13px; }
    .legend i { display: inline-block; width: 26px; height: 9px; border-radius: 3px; margin-right: 7px; vertical-align: 0; }
    .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(350px, 1fr)); gap: 14px; list-style: none; margin: 0; padding: 0; }
    .picture { overflow: hidden; min-width: 0; }
    .top { display: grid; grid-template-columns: 148px minmax(0, 1fr); min-height: 148px; border-bottom: 1px solid var(--line); }
    .bare .top { grid-template-columns: minmax(0, 1fr); min-height: 0; }
    .well { background: var(--well); display: flex; align-items: center; justify-content: center; padding: 10px; }
    .well img { width: 100%; max-height: 190px; object-fit: contain; border-radius: 6px; display: block; }
    .none { color: var(--faint); font-size: 12px; text-align: center; }
    .none svg { display: block; width: 40px; margin: 0 auto 6px; opacity: .6; }
    .about { padding: 14px 16px; min-width: 0; }
    .words { padding: 12px 16px 12px; min-width: 0; }
    .key { margin: 0 0 2px; font: 600 12px/1.3 ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; color: var(--faint); overflow-wrap: anywhere; display: flex; justify-content: space-between; gap: 10px; }
    .key b { color: var(--said); font-weight: 700; }
    .caption { margin: 0; font-weight: 550; overflow-wrap: anywhere; }
    .caption.more { font-weight: 400; color: var(--soft); font-size: 13px; margin-top: 3px; line-height: 1.35; }
    .tokens { list-style: none; margin: 0; padding: 0; }
    .tokens li, .frequent li { display: grid; grid-template-columns: 12px minmax(64px, 32%) minmax(0, 1fr) 36px 46px; align-items: center; gap: 0 7px; font-size: 13px; line-height: 1.6; }
    .frequent li { grid-template-columns: minmax(70px, 44%) minmax(0, 1fr) 44px; line-height: 1.62; }
    .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .sign { color: var(--said); font-size: 11px; text-align: center; }
    .track { height: 9px; border-radius: 4px; background: var(--track); overflow: hidden; }
    .track i { display: block; height: 100%; border-radius: 4px; background: var(--bar); }
    .said .name { font-weight: 650; color: var(--said); }
    .said .track i, .legend .is-said { background: var(--said-bar); }
    .legend .is-not { background: var(--bar); }
    .number, .share { text-align: right; font-variant-numeric: tabular-nums; font-size: 12px; color: var(--soft); white-space: nowrap; }
    .share { color: var(--faint); }
    .often .share { color: var(--warn); }
    .lacks, .unknown { margin: 9px 0 0; font-size: 12px; color: var(--soft); }
    .chip { display: inline-block; border: 1px dashed var(--warn); color: var(--warn); border-radius: 20px; padding: 0 8px; margin: 2px 3px 0 0; font-size: 12px; line-height: 1.5; }
    .unknown .chip { border-color: var(--faint); color: var(--soft); }
    .why { margin: 6px 0 0; font-size: 12px; color: var(--soft); overflow-wrap: anywhere; }
    details { margin-top: 6px; }
    summary { cursor: pointer; color: var(--soft); font-size: 12px; padding: 2px 0; }
    summary:focus-visible { outline: 2px solid var(--said); outline-offset: 2px; border-radius: 4px; }
    footer { color: var(--faint); font-size: 12px; padding-top: 30px; padding-bottom: 44px; }
    @media (max-width: 900px) { .panels { grid-template-columns: minmax(0, 1fr); } }
    @media (max-width: 480px) {
      main, header, footer { padding-left: 14px; padding-right: 14px; }
      .pictures { grid-template-columns: minmax(0, 1fr); }
      .top { grid-template-columns: 108px minmax(0, 1fr); }
      .tokens li { grid-template-columns: 12px minmax(60px, 40%) minmax(0, 1fr) 36px; }
      .tokens .share { display: none; }
      .frequent { columns: 1; }
    }
    @media print {
      :root { --paper: #fff; --card: #fff; --ink: #000; }
      .picture { break-inside: avoid; }
    }
    """
}
