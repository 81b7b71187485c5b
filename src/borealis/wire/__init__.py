"""PostgreSQL's protocol 3 as bytes and messages, without I/O.

    socket bytes → Decoder.feed → Decoder.next_message → messages.Bind …   what a client says
    backend.row_description(…), backend.data_row(…) … → socket bytes       what the server answers

decoder.py reads frames, driven by the tables of state.py; startup.py and readers.py read what is inside a frame;
backend.py writes; copy/ reads and writes the rows inside CopyData. Nothing here knows a socket, a clock or a table.
Source: PostgreSQL 16 chapter 55 (Frontend/Backend Protocol); tests/wire/ holds recordings of a real server.
"""
