const { writeFileSync } = require('node:fs')

module.exports = {
  mode: 'production',
  entry: './page.js',
  performance: false,
  plugins: [
    {
      apply: (compiler) =>
        compiler.hooks.afterEmit.tap('page', () =>
          writeFileSync(
            'dist/index.html',
            '<!doctype html><div id="root"></div><script src="/main.js" defer></script>',
          ),
        ),
    },
  ],
}
