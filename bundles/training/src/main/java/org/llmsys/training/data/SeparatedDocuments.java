package org.llmsys.training.data;

/** The documents of a plain text: what stands between its separators, blank ones left out. */
final class SeparatedDocuments extends DocumentStream {

    private final CharacterStream characters;
    private final SeparatorSearch search;
    private final StringBuilder buffer = new StringBuilder();
    private boolean ended;
    private boolean open;

    SeparatedDocuments(CharacterStream characters, DocumentSeparator separator) {
        this.characters = characters;
        this.search = SeparatorSearch.of(separator);
    }

    @Override
    Piece next() {
        while (true) {
            if (search.find(buffer, ended)) {
                String text = taken(search.start, search.end);
                if (open || !text.isBlank()) {
                    open = false;
                    return new Piece(text, true);
                }
            } else if (search.from > PIECE) {
                int cut = cut(buffer, search.from);
                open = true;
                return new Piece(taken(cut, cut), false);
            } else if (ended) {
                return last();
            } else {
                ended = !characters.read(buffer);
            }
        }
    }

    private Piece last() {
        String text = taken(buffer.length(), buffer.length());
        if (!open && text.isBlank()) {
            return null;
        }
        open = false;
        return new Piece(text, true);
    }

    private String taken(int length, int removed) {
        String text = buffer.substring(0, length);
        buffer.delete(0, removed);
        search.removed(removed);
        return text;
    }
}
