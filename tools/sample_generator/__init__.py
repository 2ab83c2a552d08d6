"""Makes Newel's sample: rendered scenes with known content, captions, and embeddings, as a clip-retrieval dump.

Reading order: words (what a scene can hold) -> scenes (which content) -> captions -> geometry, things, patterns,
backgrounds (how it is drawn) -> render -> picture_file -> picture_embedding, text_embedding -> dump (files).
"""
