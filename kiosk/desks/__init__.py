"""What each screen does, without a screen: its state, its actions, its views. No Kivy.

A desk stands between a session and a screen. The screen calls an action for every touch and then
asks for the views to show; a test does the same without a window.
"""
