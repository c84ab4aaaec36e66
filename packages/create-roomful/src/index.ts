export { type Asked, askAndCreate } from './ask'
export { type Created, CreateError, createApp } from './create-app'
export { isTemplate, TEMPLATES, type Template } from './templates'
