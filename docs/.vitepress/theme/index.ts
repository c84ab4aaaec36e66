import DefaultTheme from 'vitepress/theme-without-fonts'
import './style.css'
import './front.css'

export default DefaultTheme
