/** How the page is built: below the server's own path, a file for each page, nothing inline (the content policy forbids it). */
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** `npm run dev` in this folder serves the sources and asks this server for everything else. */
const SERVER = process.env["LAMBKIN_URL"] ?? "http://127.0.0.1:4566";

export default defineConfig(({ command }) => ({
  base: command === "build" ? "/_lambkin/console/" : "/",
  plugins: [react(), fontsAsFiles()],
  build: {
    outDir: "../.cache/console",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
  server: { proxy: { "^/(_lambkin|20\\d\\d-)": SERVER } },
}));

/** Cloudscape's styles carry eight fonts inside; as files of their own, only those a page draws with are loaded. */
function fontsAsFiles(): Plugin {
  return {
    name: "fonts-as-files",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "asset" || !file.fileName.endsWith(".css")) continue;
        file.source = String(file.source).replaceAll(
          /url\("?data:font\/woff2;base64,([A-Za-z0-9+/=]+)"?\)/g,
          (_whole, base64: string) => {
            const source = Uint8Array.fromBase64(base64);
            const reference = this.emitFile({ type: "asset", name: "font.woff2", source });
            return `url(/_lambkin/console/${this.getFileName(reference)})`;
          },
        );
      }
    },
  };
}
