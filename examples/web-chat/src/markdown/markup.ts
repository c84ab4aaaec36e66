/** Without any of these a text is one paragraph, and most are. */
const MARKUP = /[*_`~#>[\]|\\<=+]|^\s*-|--|^\s*\d{1,9}[.)]|^ {4}|^\t|:\/\/|www\.|@|\n/mu

/** Only then the parser is needed, which is loaded with the first such message. */
export const hasMarkup = (content: string): boolean => MARKUP.test(content)
