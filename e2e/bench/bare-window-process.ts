/**
 * The least that a window costs: a Node server with one page, and Chromium's app window on it. The page notes itself
 * when it is first on the screen. Arguments: Chromium, then its arguments; `APP` among them becomes the page's address.
 * It runs without type stripping, so it imports nothing of ours.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const page = `<!doctype html><title>Empty</title><p>Empty</p><script>
requestAnimationFrame((frameMs) => { window.shownMs = performance.timeOrigin + frameMs; });
</script>`;

const [executable = '', ...given] = process.argv.slice(2);
const server = createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/html');
  response.end(page);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const chromium = spawn(
    executable,
    given.map((argument) => argument.replace('APP', `http://127.0.0.1:${port}/`)),
    { stdio: 'ignore' },
  );
  chromium.once('exit', () => {
    process.exit(0);
  });
  process.once('SIGTERM', () => {
    chromium.kill('SIGTERM');
  });
});
