"""Lists and calls through an endpoint with the official Python SDK's client: prints one JSON object."""

import asyncio
import json
import sys

from mcp import Client


async def main(endpoint: str, mode: str, good: dict, bad: dict) -> None:
    async with Client(endpoint, mode=mode) as client:
        tools = (await client.list_tools()).tools
        result = await client.call_tool(good["name"], good["args"])
        try:
            fault = await client.call_tool(bad["name"], bad["args"])
            told = fault.model_dump_json()
        except Exception as error:
            told = repr(error)
        found = {"tools": [tool.name for tool in tools], "result": result.model_dump_json(), "fault": told}
        print(json.dumps(found))


asyncio.run(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])))
