"""A scripted editor: talks to a language server and prints what it answers.

usage: lsp_client.py SERVER FILE [LINE:CHARACTER...]

Opens FILE, prints its diagnostics, then the hover at each position (0-based).
"""
import json
import subprocess
import sys


class Server:
    def __init__(self, path):
        self.process = subprocess.Popen(
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.next_id = 0

    def send(self, method, params, **fields):
        body = json.dumps(
            {"jsonrpc": "2.0", "method": method, "params": params, **fields}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self):
        length = 0
        while line := self.process.stdout.readline().strip():
            name, value = line.split(b":")
            if name == b"Content-Length":
                length = int(value)
        if not length:
            sys.exit("the server closed its output")
        return json.loads(self.process.stdout.read(length))

    def request(self, method, params):
        self.next_id += 1
        self.send(method, params, id=self.next_id)
        while True:
            message = self.receive()
            if message.get("id") == self.next_id:
                return message.get("result")

    def wait_for(self, method):
        while True:
            message = self.receive()
            if message.get("method") == method:
                return message["params"]


def main(path, file, *positions):
    server = Server(path)
    capabilities = server.request(
        "initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    print("server:", capabilities["serverInfo"]["name"])
    server.send("initialized", {})
    uri = "file://" + file
    with open(file) as source:
        text = source.read()
    server.send("textDocument/didOpen", {"textDocument": {
        "uri": uri, "languageId": "mlir", "version": 1, "text": text}})
    diagnostics = server.wait_for("textDocument/publishDiagnostics")["diagnostics"]
    print("diagnostics:", len(diagnostics))
    for diagnostic in diagnostics:
        start = diagnostic["range"]["start"]
        print(f"{start['line']}:{start['character']}: {diagnostic['message']}")
    for position in positions:
        line, character = map(int, position.split(":"))
        hover = server.request("textDocument/hover", {
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": character}})
        print(f"hover {position}:", hover and hover["contents"]["value"])
    server.request("shutdown", {})
    server.send("exit", {})
    print("exit:", server.process.wait(timeout=30))


if __name__ == "__main__":
    main(*sys.argv[1:])
