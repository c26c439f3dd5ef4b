Feature: The client device associator on a real core device

    Background:
        Given my device is registered as a Thing
        And my device is running Greengrass

    @ClientDeviceAssociator
    Scenario: It is installed, and listens
        When I create a Greengrass deployment with components
            | GDK_COMPONENT_NAME | GDK_COMPONENT_RECIPE_FILE |
        And I deploy the Greengrass deployment configuration
        Then the Greengrass deployment is COMPLETED on the device after 900 seconds
        And the GDK_COMPONENT_NAME log on the device contains the line "listening for announcements on" within 60 seconds
        And the GDK_COMPONENT_NAME log on the device not contains the line "a defect in this component"

    @ClientDeviceAssociator
    Scenario: A configuration that is not valid is rejected, and the component goes on
        When I create a Greengrass deployment with components
            | GDK_COMPONENT_NAME | GDK_COMPONENT_RECIPE_FILE |
        And I update my Greengrass deployment configuration, setting the component GDK_COMPONENT_NAME configuration to:
            """
            {"MERGE": {"batching": {"maxSize": 101}}}
            """
        And I deploy the Greengrass deployment configuration
        Then the Greengrass deployment is COMPLETED on the device after 900 seconds
        And the GDK_COMPONENT_NAME log on the device contains the line "the configuration is rejected because of" within 60 seconds
        And the GDK_COMPONENT_NAME log on the device contains the line "listening for announcements on" within 60 seconds
